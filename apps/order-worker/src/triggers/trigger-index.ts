import { classBounds, unitPrice, type Trigger } from '@fillstream/core'
import { createScript } from '@fillstream/messaging'
import { pairId, type PriceEvent, type SwapMode } from '@fillstream/types'
import { type Redis } from 'ioredis'
import { ADD, APPLY, HOLD, LAPSED } from './index-scripts'

/** An order that was taken out of the index; it is held, and goes on by itself when that lapses. */
export interface Candidate {
  readonly orderId: string
  /** A trailing stop's best price seen (`unitPrice`); else null. */
  readonly highWater: bigint | null
  /** The price event alone says that it fires: the pools need not be asked. */
  readonly proven: boolean
}

export interface Crossed {
  readonly candidates: readonly Candidate[]
  /** Others may be waiting behind the limit. */
  readonly more: boolean
}

/**
 * Who waits for what price, in Redis: a copy of Postgres's triggers that any number of copies of the service share. An order is in the
 * index, or held by whoever looks at it, or unknown; what is held too long goes on. Every call rejects while Redis is away.
 */
export interface TriggerIndex {
  /**
   * Takes out the orders that this price reaches, at most `limit`, and raises the best prices of trailing stops. Of limit and stop orders
   * those are a superset: what their own size would come to is for the caller to ask. A slot before the pair's last is passed over.
   */
  apply(price: PriceEvent, limit: number, holdMs: number): Promise<Crossed>
  /** Puts orders in; those that are there or held are left. @returns the orders that are new there */
  add(triggers: readonly Trigger[]): Promise<Trigger[]>
  /** Puts orders that were taken out in again. */
  putBack(triggers: readonly Trigger[]): Promise<void>
  /** Leaves orders alone for `ms`. */
  hold(orderIds: readonly string[], ms: number): Promise<void>
  /** Forgets orders that were taken out. */
  settle(orderIds: readonly string[]): Promise<void>
  /** Takes over orders that have been held for too long. */
  lapsed(limit: number, holdMs: number): Promise<Candidate[]>
}

const CLASSES = Array.from({ length: 20 }, (_, power) => power)
const HIGH_DIGITS = 40

export function triggerKeys(prefix: string): string {
  return `${prefix}:{triggers}`
}

/** The group of orders that a trigger belongs to. */
export function groupOf(trigger: Pick<Trigger, 'kind' | 'swapMode' | 'sizeClass'>): string {
  return `${trigger.kind}:${trigger.swapMode}:${trigger.sizeClass}`
}

/** The order's price in output per input, base units: what limit and stop orders stand under. */
function scoreOf({ swapMode, amount, threshold, trailingBps }: Trigger): number {
  if (threshold === null) return trailingBps ?? 0
  return swapMode === 'ExactIn' ? Number(threshold) / Number(amount) : Number(amount) / Number(threshold)
}

function padded(price: bigint): string {
  return price.toString().padStart(HIGH_DIGITS, '0')
}

/** The unit price of a size class as this event has it: that of its lower power of ten; null where nobody can fill that. */
export function classPrice(price: PriceEvent, swapMode: SwapMode, ofClass: number): bigint | null {
  const levels = swapMode === 'ExactIn' ? price.exactIn : price.exactOut
  const level = levels.find(({ size }) => size.length === ofClass + 1)
  if (level === undefined || level.amount === '0') return null
  const [size, amount] = [BigInt(level.size), BigInt(level.amount)]
  return swapMode === 'ExactIn' ? unitPrice(size, amount) : unitPrice(amount, size)
}

const score = (value: number) => (value === Infinity ? '+inf' : String(value))

function boundsOf(price: PriceEvent): string[] {
  return (['ExactIn', 'ExactOut'] as const).flatMap((swapMode) =>
    CLASSES.flatMap((ofClass) => {
      const bounds = classBounds(price, swapMode, ofClass)
      if (bounds === null) return []
      const unit = classPrice(price, swapMode, ofClass)
      return [
        `${swapMode}:${ofClass}`,
        score(bounds.best),
        score(bounds.worst),
        unit === null ? '' : padded(unit),
      ]
    }),
  )
}

function candidatesOf(taken: readonly (string | number)[]): Candidate[] {
  return Array.from({ length: taken.length / 3 }, (_, i) => {
    const [orderId, mark, proven] = taken.slice(3 * i, 3 * i + 3)
    return {
      orderId: String(orderId),
      highWater: mark === '' ? null : BigInt(String(mark)),
      proven: Number(proven) === 1,
    }
  })
}

/** @param genesisHash the chain that slots are of */
export function createTriggerIndex(
  redis: Redis,
  { prefix, genesisHash }: { readonly prefix: string; readonly genesisHash: string },
): TriggerIndex {
  const base = triggerKeys(prefix)
  const [runAdd, runApply] = [createScript(redis, ADD), createScript(redis, APPLY)]

  async function put(triggers: readonly Trigger[], back: boolean): Promise<number[]> {
    if (triggers.length === 0) return []
    const fields = triggers.flatMap((trigger) => [
      pairId(trigger),
      groupOf(trigger),
      trigger.orderId,
      scoreOf(trigger),
      trigger.kind === 'trailingStop' ? padded(trigger.highWater ?? 0n) : '',
    ])
    return (await runAdd([base], [back ? 1 : 0, ...fields])) as number[]
  }

  return {
    async apply(price, limit, holdMs) {
      const args = [pairId(price), genesisHash, price.slot, limit, holdMs, ...boundsOf(price)]
      const [, more, taken] = (await runApply([base], args)) as [number, number, (string | number)[]]
      return { candidates: candidatesOf(taken), more: more === 1 }
    },
    async add(triggers) {
      const added = await put(triggers, false)
      return triggers.filter((_, i) => added[i] === 1)
    },
    async putBack(triggers) {
      await put(triggers, true)
    },
    async hold(orderIds, ms) {
      if (orderIds.length > 0) await redis.eval(HOLD, 1, base, ms, ...orderIds)
    },
    async settle(orderIds) {
      if (orderIds.length === 0) return
      await redis
        .multi()
        .zrem(`${base}:held`, ...orderIds)
        .hdel(`${base}:proven`, ...orderIds)
        .exec()
    },
    async lapsed(limit, holdMs) {
      return candidatesOf((await redis.eval(LAPSED, 1, base, limit, holdMs)) as (string | number)[])
    },
  }
}
