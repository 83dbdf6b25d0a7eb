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

interface Waiting {
  /** On the monotonic clock. */
  readonly expiresAt: number
  resolve(body: unknown): void
  reject(error: Error): void
  expire(): void
}

interface Leaving {
  readonly stream: string
  readonly request: object
  /** On the monotonic clock. */
  readonly expiresAt: number
  sent(error: Error | null): void
}

const MAX_WAITING = 10_000
const MAX_STREAM = 20_000
/** A connection that is just being made is waited for; an outage is not. */
const CONNECT_WAIT_MS = 1_000
const REPLY_TTL_MS = 60_000
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
  const waiting = new Map<string, Waiting>()
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

  let connecting: Promise<void> | null = null
  function connected(): Promise<void> {
    connecting ??= redisReady(sender, CONNECT_WAIT_MS).finally(() => (connecting = null))
    return connecting
  }

  /** Requests that leave together: those of one turn of the event loop cost one write to the connection, not one each. */
  let leaving: Leaving[] = []

  function leave(): void {
    const now = clock.monotonic()
    // Whoever waited for the connection until his time was over does not wait any more.
    const together = leaving.filter(({ expiresAt }) => expiresAt > now)
    leaving = []
    const pipeline = sender.pipeline()
    for (const { stream, request, expiresAt } of together) {
      const text = JSON.stringify({ ...request, timeoutMs: Math.ceil(expiresAt - now) })
      pipeline.xadd(stream, 'MAXLEN', '~', MAX_STREAM, '*', 'r', text)
    }
    pipeline.exec().then(
      (replies) => together.forEach(({ sent }, i) => sent(replies?.[i]?.[0] ?? null)),
      (error: Error) => together.forEach(({ sent }) => sent(error)),
    )
  }

  async function send(service: string, request: object, expiresAt: number): Promise<void> {
    try {
      if (sender.status !== 'ready') await connected()
      const stream = requestStream(config.prefix, service)
      await new Promise<void>((resolve, reject) => {
        const sent = (error: Error | null) => (error ? reject(error) : resolve())
        leaving.push({ stream, request, expiresAt, sent })
        if (leaving.length === 1) setImmediate(leave)
      })
    } catch (error) {
      throw new RpcUnavailableError('redis is away', { cause: error })
    }
  }

  const watch = createOneTimer(
    clock,
    LOOK_MS,
    () => waiting.size > 0,
    (now) => {
      for (const one of waiting.values()) if (one.expiresAt <= now) one.expire()
    },
  )

  function ask(service: string, op: string, body: unknown, timeoutMs: number): Promise<unknown> {
    if (waiting.size >= MAX_WAITING)
      return Promise.reject(new RpcUnavailableError(`more than ${MAX_WAITING} requests are waiting`))
    const id = ids.uuid()
    const expiresAt = clock.monotonic() + timeoutMs
    const answer = new Promise((resolve, reject: (error: Error) => void) => {
      const fail = (error: Error) => {
        waiting.delete(id)
        reject(error)
      }
      const expire = () => fail(new RpcUnavailableError(`${service} did not answer within ${timeoutMs} ms`))
      waiting.set(id, { expiresAt, resolve, reject: fail, expire })
      send(service, { id, replyTo: replies, op, body }, expiresAt).catch(fail)
    })
    watch()
    return answer
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
      for (const { reject } of [...waiting.values()]) reject(new RpcUnavailableError('the caller is closing'))
      await Promise.all([closeRedis(sender), closeRedisLoop(reader, running)])
    },
  }
}

export { REPLY_TTL_MS }
