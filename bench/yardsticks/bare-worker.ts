import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { readSettings, tellReady } from './settings'

/* A BullMQ worker whose jobs do nothing: it counts them and says so when asked by a line on standard input. */
async function main(): Promise<void> {
  const { redisUrl, prefix } = readSettings()
  let done = 0
  const worker = new Worker(
    `${prefix}-bare`,
    () => {
      done += 1
      return Promise.resolve()
    },
    { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }), concurrency: 100 },
  )
  await worker.waitUntilReady()
  tellReady()
  process.stdin.on('data', () => process.stdout.write(`done ${done}\n`))
}

void main()
