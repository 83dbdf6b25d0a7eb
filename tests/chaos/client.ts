import { setTimeout as delay } from 'node:timers/promises'
import { type OrderView, type Problem } from '@fillstream/types'
import { type Balancer } from './balancer'

/** One answer, or why there was none. */
export type Answer =
  | { readonly status: number; readonly body: unknown; readonly retryAfterMs: number | null }
  | { readonly status: null; readonly reason: string }

/** What a client was told in the end. */
export interface Placed {
  readonly key: string
  readonly accountId: string
  readonly body: Readonly<Record<string, unknown>>
  /** Null where every answer was a refusal that can't be repeated. */
  readonly orderId: string | null
  /** Milliseconds since 1970, when the 202 came. */
  readonly acceptedAt: number
  readonly tries: number
  readonly refusal: Problem | null
}

const ANSWER_MS = 5_000

/** Sends to the next ready copy, as a balancer would, and waits for at most five seconds. */
export async function send(
  gateways: Balancer,
  apiKey: string,
  request: { method: string; path: string; body?: unknown; headers?: Record<string, string> },
): Promise<Answer & { copy: string | null }> {
  const copy = gateways.next()
  if (copy === null) return { copy, status: null, reason: 'no gateway is ready' }
  try {
    const response = await fetch(`${copy}${request.path}`, {
      method: request.method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const retryAfter = response.headers.get('retry-after')
    return {
      copy,
      status: response.status,
      body: await response.json(),
      retryAfterMs: retryAfter === null ? null : Number(retryAfter) * 1_000,
    }
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code
    return { copy, status: null, reason: cause ?? (error as Error).message }
  }
}

/** Statuses after which a client sends the same again, with the same key. */
const AGAIN = new Set([409, 429, 500, 502, 503, 504])
const PAUSE_MS = { first: 50, most: 1_000 }

export interface PlaceHooks {
  answered(answer: Answer & { copy: string | null }): void
}

/** Places an order as a careful client does: one key, repeated until there is an answer that settles it. */
export async function place(
  gateways: Balancer,
  trader: { accountId: string; apiKey: string },
  { key, body }: { readonly key: string; readonly body: Readonly<Record<string, unknown>> },
  hooks: PlaceHooks,
  signal: AbortSignal,
): Promise<Placed> {
  const common = { key, accountId: trader.accountId, body }
  for (let tries = 1; ; tries++) {
    const answer = await send(gateways, trader.apiKey, {
      method: 'POST',
      path: '/v1/orders',
      body,
      headers: { 'idempotency-key': key },
    })
    hooks.answered(answer)
    if (answer.status === 202) {
      const { orderId } = answer.body as OrderView
      return { ...common, orderId, acceptedAt: Date.now(), tries, refusal: null }
    }
    if (answer.status !== null && !AGAIN.has(answer.status))
      return { ...common, orderId: null, acceptedAt: Date.now(), tries, refusal: answer.body as Problem }
    const asked = answer.status === null ? null : answer.retryAfterMs
    const pause = Math.min(PAUSE_MS.most, asked ?? PAUSE_MS.first * 2 ** Math.min(tries, 5))
    await delay(pause * (0.5 + Math.random() / 2), undefined, { signal })
  }
}

/** What a client that cancels was told in the end. */
export type CancelAnswer = 'cancelled' | 'too late' | 'refused'

export async function cancel(
  gateways: Balancer,
  apiKey: string,
  orderId: string,
  signal: AbortSignal,
): Promise<CancelAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await send(gateways, apiKey, { method: 'DELETE', path: `/v1/orders/${orderId}` })
    if (answer.status === 200) return 'cancelled'
    if (answer.status === 409) return 'too late'
    if (answer.status !== null && !AGAIN.has(answer.status)) return 'refused'
    await delay(Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** Math.min(tries, 5)), undefined, { signal })
  }
}
