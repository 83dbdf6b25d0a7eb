import { FillstreamError, type FieldError } from './errors'
import type { Order } from './model/order'
import type { FetchAnswer, Platform } from './platform'
import { DEFAULT_RETRY, parseRetryAfter, retryDelayMs } from './retry'
import { fromWire, toWire } from './wire'

export interface HttpConfig {
  readonly baseUrl: string
  readonly apiKey: string | undefined
  /** The longest wait for the answer to one try. */
  readonly timeoutMs: number
  readonly maxRetries: number
}

/** One call of the API. Every call is safe to repeat: it changes nothing, changes it once, or carries a key. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly query?: object | undefined
  readonly body?: object | undefined
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal | undefined
}

export type Http = (call: HttpCall) => Promise<unknown>

/** Sends calls, repeats them within the retry policy, and turns what is refused into {@link FillstreamError}. */
export function createHttp(config: HttpConfig, platform: Platform): Http {
  const policy = { ...DEFAULT_RETRY, maxRetries: config.maxRetries }
  return async (call) => {
    for (let failed = 1; ; failed++) {
      call.signal?.throwIfAborted()
      const result = await tryOnce(call, config, platform)
      if (!('error' in result)) return result.answer
      const delayMs = retryDelayMs(
        { status: result.error.status, code: result.error.code, retryAfterMs: result.retryAfterMs },
        failed,
        platform.random(),
        policy,
      )
      if (delayMs === null) throw result.error
      await platform.sleep(delayMs, call.signal)
    }
  }
}

type TryResult =
  { readonly answer: unknown } | { readonly error: FillstreamError; readonly retryAfterMs: number | null }

async function tryOnce(call: HttpCall, config: HttpConfig, platform: Platform): Promise<TryResult> {
  const url = config.baseUrl + call.path + queryString(call.query)
  const abort = new AbortController()
  const onAbort = () => abort.abort(call.signal?.reason)
  call.signal?.addEventListener('abort', onAbort, { once: true })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    abort.abort()
  }, config.timeoutMs)
  try {
    const answer = await platform.fetch(url, {
      method: call.method,
      headers: headersOf(call, config),
      ...(call.body === undefined ? {} : { body: toWire(call.body) }),
      signal: abort.signal,
    })
    return readAnswer(call, answer, await answer.text(), platform.nowMs())
  } catch (cause) {
    if (call.signal?.aborted) throw call.signal.reason
    if (cause instanceof FillstreamError) throw cause
    const error = timedOut
      ? new FillstreamError('TIMEOUT', `${config.baseUrl} did not answer within ${config.timeoutMs} ms`, {
          ...keyOf(call),
          retryable: true,
          cause,
        })
      : new FillstreamError('UNREACHABLE', `${config.baseUrl} cannot be reached: ${reasonOf(cause)}`, {
          ...keyOf(call),
          retryable: true,
          cause,
        })
    return { error, retryAfterMs: null }
  } finally {
    clearTimeout(timer)
    call.signal?.removeEventListener('abort', onAbort)
  }
}

function headersOf(call: HttpCall, config: HttpConfig): Record<string, string> {
  return {
    accept: 'application/json, application/problem+json',
    ...(config.apiKey === undefined ? {} : { authorization: `Bearer ${config.apiKey}` }),
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
  }
}

function readAnswer(call: HttpCall, answer: FetchAnswer, text: string, nowMs: number): TryResult {
  const body = parseJson(text)
  const context = { ...keyOf(call), status: answer.status, requestId: answer.headers.get('x-request-id') }
  if (answer.status >= 200 && answer.status < 300) {
    if (typeof body === 'object' && body !== null) return { answer: fromWire(body) }
    throw new FillstreamError(
      'INVALID_ANSWER',
      `${call.method} ${call.path} was not answered with JSON`,
      context,
    )
  }
  return {
    error: problemOf(call, body, context),
    retryAfterMs: parseRetryAfter(answer.headers.get('retry-after'), nowMs),
  }
}

interface ProblemContext {
  readonly status: number
  readonly requestId: string | null
  readonly idempotencyKey?: string
}

function problemOf(call: HttpCall, body: unknown, context: ProblemContext): FillstreamError {
  if (!isProblem(body)) {
    const gone = context.status === 502 || context.status === 503 || context.status === 504
    return new FillstreamError(
      gone ? 'UNREACHABLE' : 'INVALID_ANSWER',
      `${call.method} ${call.path} was answered with HTTP ${context.status}, and not by Fillstream`,
      { ...context, retryable: gone },
    )
  }
  return new FillstreamError(body.code, body.detail ?? body.title ?? body.code, {
    ...context,
    retryable: body.retryable ?? false,
    requestId: body.requestId ?? context.requestId,
    errors: body.errors ?? [],
    ...(body.order === undefined ? {} : { order: fromWire(body.order) as Order }),
    ...(body.orderId === undefined ? {} : { orderId: body.orderId }),
  })
}

interface Problem {
  readonly code: string
  readonly title?: string
  readonly detail?: string
  readonly retryable?: boolean
  readonly requestId?: string
  readonly errors?: readonly FieldError[]
  readonly orderId?: string
  readonly order?: unknown
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function keyOf(call: HttpCall): { idempotencyKey?: string } {
  return call.idempotencyKey === undefined ? {} : { idempotencyKey: call.idempotencyKey }
}

function queryString(query: object | undefined): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {}))
    if (value !== undefined) params.set(key, String(value))
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** Node's fetch says `fetch failed` and hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } }
  return cause?.code ?? cause?.message ?? message ?? String(error)
}
