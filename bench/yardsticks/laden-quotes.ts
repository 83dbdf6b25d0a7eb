import { type Redis } from 'ioredis'

/** As long as a route with the quotes of three venues, and the instructions of its swaps. */
export const ROUTE = JSON.stringify({ quotes: 'q'.repeat(1_250) })
const SWAP = 's'.repeat(1_200)
const QUESTION = 'x'.repeat(400)
const TOGETHER = 100

const questions = (prefix: string) => `${prefix}-quote-questions`
const answers = (prefix: string) => `${prefix}-quote-answers`

interface Message {
  readonly id: number
}

/** Reads entries as they come and hands each group over; for as long as the process lives. */
async function follow(
  reader: Redis,
  stream: string,
  take: (messages: readonly Message[]) => void,
): Promise<never> {
  for (let position = '0'; ;) {
    const found = await reader.xread('COUNT', TOGETHER, 'BLOCK', 1_000, 'STREAMS', stream, position)
    for (const [, entries] of found ?? []) {
      take(entries.map(([, fields]) => JSON.parse(fields[1] ?? '{}') as Message))
      position = entries.at(-1)?.[0] ?? position
    }
  }
}

function send(redis: Redis, stream: string, messages: readonly Message[]): void {
  const pipeline = redis.pipeline()
  for (const message of messages)
    pipeline.xadd(stream, 'MAXLEN', '~', 20_000, '*', 'm', JSON.stringify(message))
  void pipeline.exec()
}

/** Answers each question with a quote that is always the same. */
export function answerQuotes(reader: Redis, sender: Redis, prefix: string): Promise<never> {
  return follow(reader, questions(prefix), (asked) =>
    send(
      sender,
      answers(prefix),
      asked.map(({ id }) => ({ id, route: ROUTE, swap: SWAP })),
    ),
  )
}

/** Asks for a quote: one XADD, and the answer from a stream that is read for all. */
export function createQuoteClient(reader: Redis, sender: Redis, prefix: string): () => Promise<unknown> {
  const waiting = new Map<number, (quote: unknown) => void>()
  let last = 0
  void follow(reader, answers(prefix), (quotes) => {
    for (const quote of quotes) {
      waiting.get(quote.id)?.(quote)
      waiting.delete(quote.id)
    }
  })
  return () =>
    new Promise((resolve) => {
      const id = ++last
      waiting.set(id, resolve)
      send(sender, questions(prefix), [{ id, question: QUESTION } as Message])
    })
}
