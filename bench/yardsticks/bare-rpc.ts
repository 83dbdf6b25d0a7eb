import { Redis } from 'ioredis'

/* Request and reply with nothing but XADD and XREAD: a text each way. */
interface Bus {
  readonly redisUrl: string
  readonly prefix: string
}

const requests = (prefix: string) => `${prefix}-bare-requests`
const replies = (prefix: string) => `${prefix}-bare-replies`

/** The answering side: what one XREAD brought is answered by one pipeline. For as long as the process lives. */
export async function answerBare(
  { redisUrl, prefix }: Bus,
  answerTo: (text: string) => string,
): Promise<never> {
  const reader = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const sender = new Redis(redisUrl)
  for (let position = '0'; ;) {
    const answer = await reader.xread('COUNT', 100, 'BLOCK', 1_000, 'STREAMS', requests(prefix), position)
    const pipeline = sender.pipeline()
    for (const [, entries] of answer ?? []) {
      for (const [, fields] of entries) {
        const { id, text } = JSON.parse(fields[1] ?? '{}') as { id: string; text: string }
        const reply = JSON.stringify({ id, text: answerTo(text) })
        pipeline.xadd(replies(prefix), 'MAXLEN', '~', 20_000, '*', 'r', reply)
      }
      position = entries.at(-1)?.[0] ?? position
    }
    if (pipeline.length > 0) void pipeline.exec()
  }
}

/** The asking side: requests by XADD, replies by XREAD, matched by their ids. */
export function createBareClient({ redisUrl, prefix }: Bus) {
  const sender = new Redis(redisUrl)
  const reader = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const waiting = new Map<string, (text: string) => void>()
  let asked = 0
  let closed = false
  const reading = (async () => {
    for (let position = '0'; !closed;) {
      const answer = await reader
        .xread('COUNT', 500, 'BLOCK', 1_000, 'STREAMS', replies(prefix), position)
        .catch(() => null)
      for (const [, entries] of answer ?? []) {
        for (const [, fields] of entries) {
          const { id, text } = JSON.parse(fields[1] ?? '{}') as { id: string; text: string }
          waiting.get(id)?.(text)
          waiting.delete(id)
        }
        position = entries.at(-1)?.[0] ?? position
      }
    }
  })()
  return {
    ask(text: string): Promise<string> {
      const id = String((asked += 1))
      return new Promise((resolve, reject) => {
        waiting.set(id, resolve)
        sender
          .xadd(requests(prefix), 'MAXLEN', '~', 20_000, '*', 'r', JSON.stringify({ id, text }))
          .catch(reject)
      })
    },
    async close(): Promise<void> {
      closed = true
      sender.disconnect()
      reader.disconnect()
      await reading
    },
  }
}
