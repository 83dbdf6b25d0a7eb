import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { type Trader } from './accounts'
import { type Balancer } from './balancer'
import { cancel, place, type Answer, type CancelAnswer, type Placed } from './client'
import { planOrder, type PlannedOrder } from './orders'
import { type Random } from './random'

export interface Driver {
  readonly placed: readonly Placed[]
  /** Idempotency keys of all clients, also of those that never had an answer. */
  readonly keys: ReadonlySet<string>
  readonly cancels: ReadonlyMap<string, CancelAnswer>
  /** How often each answer came, and each reason for none. */
  readonly answers: ReadonlyMap<string, number>
  /** Clients that have no final answer yet. */
  waiting(): number
  /** No further orders. */
  stop(): void
  /** Resolves when every client has its answer, or rejects when `signal` fires. */
  settled(): Promise<void>
}

export interface DriverConfig {
  readonly rate: number
  readonly orders: number
  readonly onPlaced: (placed: Placed, planned: PlannedOrder) => void
  readonly onAnswer?: (answer: Answer & { copy: string | null }) => void
}

/** Clients without an answer at most: beyond it nobody new comes, or a long outage would end in a storm that no machine outlives. */
const MAX_WAITING = 150

/** Clients that come at a fixed rate, whatever the answers do, and that each see their order through. */
export function startDriver(
  gateways: Balancer,
  traders: readonly Trader[],
  random: Random,
  { rate, orders, onPlaced, onAnswer }: DriverConfig,
  signal: AbortSignal,
): Driver {
  const placed: Placed[] = []
  const keys = new Set<string>()
  const cancels = new Map<string, CancelAnswer>()
  const answers = new Map<string, number>()
  const clients = new Set<Promise<void>>()
  const stopping = new AbortController()
  setMaxListeners(0, signal)

  function count(answer: Answer & { copy: string | null }): void {
    const name =
      answer.status === null
        ? answer.reason
        : `${answer.status}${answer.status === 202 ? '' : ` ${String((answer.body as { code?: string }).code)}`}`
    answers.set(name, (answers.get(name) ?? 0) + 1)
    onAnswer?.(answer)
  }

  async function client(number: number): Promise<void> {
    const own = random.fork(`order ${number}`)
    const trader = own.pick(traders)
    const planned = planOrder(own, number)
    const key = randomUUID()
    keys.add(key)
    const answer = await place(gateways, trader, { key, body: planned.body }, { answered: count }, signal)
    placed.push(answer)
    onPlaced(answer, planned)
    if (answer.orderId === null || planned.cancelAfterMs === null) return
    await delay(planned.cancelAfterMs)
    cancels.set(answer.orderId, await cancel(gateways, trader.apiKey, answer.orderId, signal))
  }

  async function arrive(): Promise<void> {
    const began = performance.now()
    for (let number = 1; number <= orders && !stopping.signal.aborted; number++) {
      const wait = began + (number * 1_000) / rate - performance.now()
      if (wait > 1) await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      while (clients.size >= MAX_WAITING) await Promise.race(clients)
      const work = client(number)
        .catch(() => undefined)
        .finally(() => clients.delete(work))
      clients.add(work)
    }
  }
  const arriving = arrive()

  return {
    placed,
    keys,
    cancels,
    answers,
    waiting: () => clients.size,
    stop: () => stopping.abort(),
    async settled() {
      await arriving
      await Promise.all(clients)
    },
  }
}
