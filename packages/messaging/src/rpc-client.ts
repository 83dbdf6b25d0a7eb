import { replyStream, requestStream, rpcReplySchema, type RpcOperations } from '@fillstream/types'
import {
  closeRedis,
  closeRedisLoop,
  createOneTimer,
  createRedis,
  redisReady,
  type Clock,
  type IdSource,
  type Logger,
} from '@fillstream/runtime'
import { type z } from 'zod'

/** The other side answered with an error: `code` is its stable code. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** Nobody answered within the deadline, or Redis is away. */
export class RpcUnavailableError extends Error {
  override readonly name = 'RpcUnavailableError'
}

export interface RpcCaller<Operations extends RpcOperations> {
  /** Asks and waits at most `timeoutMs`. Throws RpcError or RpcUnavailableError. */
  call<Name extends keyof Operations & string>(
    op: Name,
    body: z.input<Operations[Name]['request']>,
    timeoutMs: number,
  ): Promise<z.output<Operations[Name]['reply']>>
}

export interface RpcClient {
  /** A caller for one service's table of operations. */
  to<Operations extends RpcOperations>(service: string, operations: Operations): RpcCaller<Operations>
  close(): Promise<void>
}

interface Asked {
  /** No other request of this caller has it, whose stream of replies is his alone. */
  readonly id: string
  readonly service: string
  readonly op: string
  readonly body: unknown
  readonly timeoutMs: number
  /** On the monotonic clock. */
  readonly expiresAt: number
  resolve(body: unknown): void
  reject(error: Error): void
}

const MAX_WAITING = 10_000
const MAX_STREAM = 20_000
/** A connection that is just being made is waited for; an outage is not. */
const CONNECT_WAIT_MS = 1_000
const REPLY_TTL_MS = 60_000
/** What leaves by one write at most: the other side works on the first of a crowd while the rest is still being asked, or answered. */
const MOST_TOGETHER = 32
/** Deadlines are kept to within this. */
const LOOK_MS = 50

/** Request and reply over Redis streams: requests go to the service's stream, replies come to this caller's own. */
export function createRpcClient(
  config: { readonly redisUrl: string; readonly prefix: string },
  deps: { readonly clock: Clock; readonly ids: IdSource; readonly logger: Logger },
): RpcClient {
  const { clock, ids, logger } = deps
  const sender = createRedis(config.redisUrl, 'producer', logger)
  const reader = createRedis(config.redisUrl, 'worker', logger)
  const replies = replyStream(config.prefix, ids.uuid())
  const waiting = new Map<string, Asked>()
  let askedSoFar = 0
  let stopped = false
  let position = '0-0'

  function settle(text: string): void {
    let parsed: ReturnType<typeof rpcReplySchema.safeParse>
    try {
      parsed = rpcReplySchema.safeParse(JSON.parse(text))
    } catch {
      return
    }
    if (!parsed.success) return
    const entry = waiting.get(parsed.data.id)
    if (!entry) return
    waiting.delete(parsed.data.id)
    if (parsed.data.ok) entry.resolve(parsed.data.body)
    else entry.reject(new RpcError(parsed.data.error.code, parsed.data.error.message))
  }

  const running = (async () => {
    while (!stopped) {
      try {
        const answer = await reader.xread('COUNT', 500, 'BLOCK', 1_000, 'STREAMS', replies, position)
        for (const [, entries] of answer ?? []) {
          for (const [, fields] of entries) if (fields[1] !== undefined) settle(fields[1])
          position = entries.at(-1)?.[0] ?? position
        }
      } catch {
        if (stopped) return
        position = '0-0'
        await clock.sleep(100)
      }
    }
  })()

  function fail(asked: Asked, error: Error): void {
    waiting.delete(asked.id)
    asked.reject(error)
  }

  function failAll(all: readonly Asked[], cause: unknown): void {
    for (const asked of all) fail(asked, new RpcUnavailableError('redis is away', { cause }))
  }

  /** Requests that leave together: those of one turn of the event loop cost one write to the connection, not one each. */
  let leaving: Asked[] = []
  let willLeave = false

  function leaveSoon(): void {
    if (willLeave) return
    willLeave = true
    if (sender.status === 'ready') setImmediate(leave)
    else redisReady(sender, CONNECT_WAIT_MS).then(leave, (error: unknown) => failAll(takeLeaving(), error))
  }

  function takeLeaving(): Asked[] {
    const all = leaving
    leaving = []
    willLeave = false
    return all
  }

  function leave(): void {
    const now = clock.monotonic()
    // Whoever waited for the connection until his time was over does not wait any more.
    const together = takeLeaving().filter(({ expiresAt }) => expiresAt > now)
    if (together.length === 0) return
    const pipeline = sender.pipeline()
    for (const { id, service, op, body, expiresAt } of together) {
      const text = JSON.stringify({ id, replyTo: replies, op, body, timeoutMs: Math.ceil(expiresAt - now) })
      pipeline.xadd(requestStream(config.prefix, service), 'MAXLEN', '~', MAX_STREAM, '*', 'r', text)
    }
    pipeline.exec().then(
      (added) =>
        together.forEach((asked, i) => {
          const error = added?.[i]?.[0]
          if (error) failAll([asked], error)
        }),
      (error: unknown) => failAll(together, error),
    )
  }

  const watch = createOneTimer(
    clock,
    LOOK_MS,
    () => waiting.size > 0,
    (now) => {
      for (const asked of waiting.values()) {
        if (asked.expiresAt > now) continue
        const { service, timeoutMs } = asked
        fail(asked, new RpcUnavailableError(`${service} did not answer within ${timeoutMs} ms`))
      }
    },
  )

  function ask(service: string, op: string, body: unknown, timeoutMs: number): Promise<unknown> {
    if (waiting.size >= MAX_WAITING)
      return Promise.reject(new RpcUnavailableError(`more than ${MAX_WAITING} requests are waiting`))
    return new Promise((resolve, reject) => {
      const id = String((askedSoFar += 1))
      const expiresAt = clock.monotonic() + timeoutMs
      const asked = { id, service, op, body, timeoutMs, expiresAt, resolve, reject }
      waiting.set(id, asked)
      leaving.push(asked)
      if (leaving.length >= MOST_TOGETHER && sender.status === 'ready') leave()
      else leaveSoon()
      watch()
    })
  }

  return {
    to: (service, operations) => ({
      async call(op, body, timeoutMs) {
        const operation = operations[op]
        if (!operation) throw new Error(`${service} has no operation ${op}`)
        // The service checks what it is asked.
        const answer = await ask(service, op, body, timeoutMs)
        // The schema of the operation's own row: its output type is the one promised.
        return operation.reply.parse(answer) as never
      },
    }),
    async close() {
      stopped = true
      for (const asked of [...waiting.values()]) fail(asked, new RpcUnavailableError('the caller is closing'))
      await Promise.all([closeRedis(sender), closeRedisLoop(reader, running)])
    },
  }
}

export { MOST_TOGETHER, REPLY_TTL_MS }
