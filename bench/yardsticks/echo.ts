import { startRpcServer } from '@fillstream/messaging'
import { createLogger, systemClock } from '@fillstream/runtime'
import { Redis } from 'ioredis'
import { bareReplies, bareRequests, ECHO, echoOperations } from './echo-operation'
import { readSettings, tellReady } from './settings'

/* Answers what it is asked: over our request and reply, and bare, as an XREAD whose entries are added to the stream of replies. */
async function main(): Promise<void> {
  const { redisUrl, prefix } = readSettings()
  startRpcServer(
    { redisUrl, prefix, service: ECHO },
    echoOperations,
    { echo: ({ text }) => Promise.resolve({ text }) },
    { clock: systemClock, logger: createLogger({ service: 'echo', level: 'error' }) },
  )
  const reader = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const sender = new Redis(redisUrl)
  tellReady()
  for (let position = '0'; ;) {
    const answer = await reader.xread('COUNT', 100, 'BLOCK', 1_000, 'STREAMS', bareRequests(prefix), position)
    const pipeline = sender.pipeline()
    for (const [, entries] of answer ?? []) {
      for (const [, fields] of entries) {
        const request = JSON.parse(fields[1] ?? '{}') as { id: string; text: string }
        pipeline.xadd(bareReplies(prefix), 'MAXLEN', '~', 20_000, '*', 'r', JSON.stringify(request))
      }
      position = entries.at(-1)?.[0] ?? position
    }
    if (pipeline.length > 0) void pipeline.exec()
  }
}

void main()
