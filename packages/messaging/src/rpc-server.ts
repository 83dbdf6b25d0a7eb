import { requestStream, rpcRequestSchema, type RpcOperations } from '@fillstream/types'
import {
  closeRedis,
  closeRedisLoop,
  createRedis,
  redisReady,
  type Clock,
  type Logger,
} from '@fillstream/runtime'
import { type z } from 'zod'
import { createRedisClock } from './redis-clock'
import { MOST_TOGETHER, REPLY_TTL_MS } from './rpc-client'

/** What handles each operation. An error with a string `code` is answered with it, any other as INTERNAL. */
export type RpcHandlers<Operations extends RpcOperations> = {
  readonly [Name in keyof Operations]: (
    body: z.output<Operations[Name]['request']>,
    /** What is left of the time that the caller waits. */
    context: { readonly budgetMs: number },
  ) => Promise<z.input<Operations[Name]['reply']>>
}

export interface RpcServer {
  /** Takes no further request and waits for the running ones. */
  close(): Promise<void>
}

const GROUP = 'servers'
/** One name for all copies: nothing is kept per consumer without acknowledgements, and names would pile up. */
const CONSUMER = 'copies'
const BATCH = 100
const BLOCK_MS = 1_000
const MAX_RUNNING = 1_000
const MAX_REPLIES = 10_000

/**
 * Answers requests from any number of callers, shared with the other copies of the service. A request whose time is over
 * is skipped: nobody waits for it. (Its entry's id says when it came, by the clock of Redis.) One that dies with a copy is not repeated: its caller asks again.
 */
export function startRpcServer<Operations extends RpcOperations>(
  config: { readonly redisUrl: string; readonly prefix: string; readonly service: string },
  operations: Operations,
  handlers: RpcHandlers<Operations>,
  deps: { readonly clock: Clock; readonly logger: Logger },
): RpcServer {
  const { clock, logger } = deps
  const reader = createRedis(config.redisUrl, 'worker', logger)
  const sender = createRedis(config.redisUrl, 'producer', logger)
  const stream = requestStream(config.prefix, config.service)
  const redisClock = createRedisClock(sender, clock)
  const running = new Set<Promise<void>>()
  /** Answers, and the entries of what was taken, that leave with the next turn of the event loop; at most as many as requests run. */
  let replies: { readonly replyTo: string; readonly text: string }[] = []
  let taken: string[] = []
  let leaving = false
  let sending: Promise<unknown> = Promise.resolve()
  let stopped = false

  async function answer(text: string, ageMs: number): Promise<void> {
    const parsed = rpcRequestSchema.safeParse(JSON.parse(text))
    if (!parsed.success || parsed.data.timeoutMs <= ageMs) return
    const { id, replyTo, op, body, timeoutMs } = parsed.data
    const reply = await handle(op, body, timeoutMs - ageMs)
    replies.push({ replyTo, text: JSON.stringify({ id, ...reply }) })
    if (replies.length >= MOST_TOGETHER) leave()
    else leaveSoon()
  }

  function leaveSoon(): void {
    if (leaving) return
    leaving = true
    setImmediate(leave)
  }

  function leave(): void {
    leaving = false
    if (replies.length + taken.length === 0) return
    const pipeline = sender.pipeline()
    if (taken.length > 0) pipeline.xdel(stream, ...taken)
    const streams = new Set<string>()
    for (const { replyTo, text } of replies) {
      pipeline.xadd(replyTo, 'MAXLEN', '~', MAX_REPLIES, '*', 'r', text)
      streams.add(replyTo)
    }
    for (const replyTo of streams) pipeline.pexpire(replyTo, REPLY_TTL_MS)
    replies = []
    taken = []
    // Whoever waits asks again.
    sending = pipeline.exec().catch((error: unknown) => logger.warn('could not answer requests', { error }))
  }

  async function handle(op: string, body: unknown, budgetMs: number): Promise<object> {
    const operation = operations[op]
    const handler = handlers[op]
    if (!operation || !handler)
      return { ok: false, error: { code: 'UNKNOWN_OPERATION', message: `no operation ${op}` } }
    const request = operation.request.safeParse(body)
    if (!request.success)
      return { ok: false, error: { code: 'VALIDATION_FAILED', message: request.error.message } }
    try {
      return {
        ok: true,
        body: await handler(request.data as z.output<Operations[string]['request']>, { budgetMs }),
      }
    } catch (error) {
      const code =
        error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'INTERNAL'
      if (code === 'INTERNAL') logger.error('request failed', { op, error })
      return { ok: false, error: { code, message: error instanceof Error ? error.message : String(error) } }
    }
  }

  async function turn(): Promise<void> {
    if (running.size >= MAX_RUNNING) {
      await Promise.race(running)
      return
    }
    // Who can't answer takes no request: another copy may.
    await redisReady(sender)
    const batch = (await reader.xreadgroup(
      'GROUP',
      GROUP,
      CONSUMER,
      'COUNT',
      BATCH,
      'BLOCK',
      BLOCK_MS,
      'NOACK',
      'STREAMS',
      stream,
      '>',
    )) as [string, [string, string[]][]][] | null
    for (const [, entries] of batch ?? []) {
      taken.push(...entries.map(([id]) => id))
      leaveSoon()
      const now = await redisClock.now()
      for (const [id, fields] of entries) {
        const text = fields[1]
        if (text === undefined) continue
        const work = answer(text, Math.max(0, now - Number.parseInt(id, 10))).then(
          () => void running.delete(work),
          (error: unknown) => {
            running.delete(work)
            logger.warn('could not answer a request', { error })
          },
        )
        running.add(work)
      }
    }
  }

  const loop = (async () => {
    while (!stopped) {
      try {
        await turn()
      } catch (error) {
        if (stopped) return
        if (error instanceof Error && error.message.startsWith('NOGROUP')) {
          await reader.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM').catch(() => undefined)
          continue
        }
        logger.debug('reading requests failed', { error })
        await clock.sleep(100)
      }
    }
  })()

  return {
    async close() {
      stopped = true
      // A read that is cut may have been given requests already, which nobody else would be: it ends by itself, soon.
      const patience = new AbortController()
      await Promise.race([loop, clock.sleep(2 * BLOCK_MS, patience.signal).catch(() => undefined)])
      patience.abort()
      await closeRedisLoop(reader, loop)
      await Promise.allSettled(running)
      if (leaving) leave()
      await sending
      await closeRedis(sender)
    },
  }
}
