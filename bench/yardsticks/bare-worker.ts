import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { readSettings, tellReady } from './settings'
import { sharedClockMs } from './shared-clock'

/* A BullMQ worker whose jobs do nothing. Asked by a line on standard input it says how many, and how long they took to get here. */
async function main(): Promise<void> {
  const { redisUrl, prefix } = readSettings()
  let done = 0
  let waits: number[] = []
  const worker = new Worker<{ addedAtMs?: number }>(
    `${prefix}-bare`,
    ({ data: { addedAtMs } }) => {
      if (addedAtMs !== undefined) waits.push(sharedClockMs() - addedAtMs)
      done += 1
      return Promise.resolve()
    },
    { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }), concurrency: 100 },
  )
  await worker.waitUntilReady()
  tellReady()
  process.stdin.on('data', (line: Buffer) => {
    process.stdout.write(line.includes('waits') ? `${JSON.stringify(waits)}\n` : `done ${done}\n`)
    if (line.includes('waits')) waits = []
  })
}

void main()
