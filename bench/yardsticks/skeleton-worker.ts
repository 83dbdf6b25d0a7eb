import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { readSettings, tellReady } from './settings'
import { createGroups, createSkeletonStore, type Step } from './skeleton-store'
import { createTeller } from './skeleton-stream'

/* The worker of the skeleton: four transitions, each durable before the next, and told to the stream. */
const STEPS = ['routing', 'building', 'submitted', 'confirmed'] as const

async function main(): Promise<void> {
  const { databaseUrl, redisUrl, prefix } = readSettings()
  const store = createSkeletonStore(new Pool({ connectionString: databaseUrl, max: 4 }))
  const tell = createTeller(new Redis(redisUrl), prefix)
  const append = createGroups<Step>(async (steps) => {
    await store.append(steps)
    tell(steps)
  })
  const worker = new Worker<{ orderId: string; accountId: string }>(
    `${prefix}-skeleton`,
    async ({ data: { orderId, accountId } }) => {
      for (const [i, status] of STEPS.entries()) await append({ orderId, accountId, seq: i + 2, status })
    },
    { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }), concurrency: 100 },
  )
  await worker.waitUntilReady()
  tellReady()
}

void main()
