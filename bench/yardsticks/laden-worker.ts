import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createBareClient } from './bare-rpc'
import { createLadenStore, type Submission } from './laden-store'
import { readSettings, tellReady } from './settings'
import { createGroups } from './skeleton-store'
import { createTeller } from './skeleton-stream'

/*
 * The worker of the laden skeleton: a quote is asked for and a transaction of that size signed by its wallet and by who pays; it is
 * durable before it would be sent, confirmed at once and marked as final. Steps are written together as the engine writes them.
 */
const STEPS = ['routing', 'building', 'submitted'] as const
const MESSAGE_BYTES = 900
/** As long as the engine's. */
const QUESTION = 'x'.repeat(400)
const ROUTE = JSON.stringify({ quotes: 'q'.repeat(1_250) })

async function main(): Promise<void> {
  const { databaseUrl, redisUrl, prefix } = readSettings()
  const redis = () => new Redis(redisUrl, { maxRetriesPerRequest: null })
  const store = createLadenStore(new Pool({ connectionString: databaseUrl, max: 4 }))
  const tell = createTeller(redis(), prefix)
  const router = createBareClient({ redisUrl, prefix })
  const { privateKey } = generateKeyPairSync('ed25519')

  const submit = createGroups<Submission>(async (rows) => {
    await store.submit(rows)
    tell(
      rows.flatMap(({ orderId, accountId }) =>
        STEPS.map((status, i) => ({ orderId, accountId, seq: i + 2, status })),
      ),
    )
  })
  const finalize = createGroups<Submission>(store.finalize)
  const confirm = createGroups<Submission>(async (rows) => {
    await store.confirm(rows)
    tell(rows.map(({ orderId, accountId }) => ({ orderId, accountId, seq: 5, status: 'confirmed' })))
  })

  const worker = new Worker<{ orderId: string; accountId: string }>(
    `${prefix}-skeleton`,
    async ({ data: { orderId, accountId } }) => {
      await router.ask(QUESTION)
      const message = randomBytes(MESSAGE_BYTES)
      const signatures = [sign(null, message, privateKey), sign(null, message, privateKey)]
      const transaction = Buffer.concat([...signatures, message])
      const signature = Buffer.concat(signatures).subarray(0, 44).toString('hex')
      const row = { orderId, accountId, signature, transaction, route: ROUTE }
      await submit(row)
      await confirm(row)
      void finalize(row)
    },
    { connection: redis(), concurrency: 100 },
  )
  await worker.waitUntilReady()
  tellReady()
}

void main()
