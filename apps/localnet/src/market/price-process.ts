import { VENUES, type VenueName } from '@fillstream/core'
import { seededFraction, smoothNoise } from './noise'
import { PAIRS, TOKEN_PRICES, type Pair } from './pairs'

/** Market time that one step stands for. Where slots are shorter, several slots share a step: {@link stepAt}. */
export const MARKET_STEP_MS = 400

export interface PriceProcessConfig {
  readonly seed: string
  /** How far apart the venues of a pair are: `(highest - lowest) / lowest`, basis points. */
  readonly spreadBps: { readonly min: number; readonly max: number }
}

/**
 * The market's prices as a pure function of seed and step. A pair's reference is the ratio of two tokens' dollar prices,
 * each a slow walk that comes back; a pool stands at the reference times its venue's offset. In 5 s (13 steps) no
 * reference moves by 5 bps nor any pool by 9 (with the default spread).
 */
export interface PriceProcess {
  /** Reference price of every pair by name, units of quote for one base. */
  referencePrices(step: number): ReadonlyMap<string, number>
  /** How far each venue stands from the reference, basis points, by pair name. */
  venueOffsetsBps(step: number): ReadonlyMap<string, Readonly<Record<VenueName, number>>>
  /** The price at which this venue's pool of the pair should stand. */
  poolPrice(pair: string, venue: VenueName, step: number): number
}

// Periods in steps: half a minute, five minutes, an hour. Amplitudes grow with them, so that the speed is the same.
const OCTAVES = [
  { period: 75, bps: 1.5 },
  { period: 750, bps: 15 },
  { period: 9_000, bps: 180 },
] as const
const SPREAD_PERIOD = 9_000
/** Steps in which the best and the worst venue of a pair change places once and back: three to four hours. */
const ROTATION = { least: 27_000, most: 36_000 }
/** Kept from the ends of the spread, so that prices after the venues' different fees lie within it too. */
const SPREAD_MARGIN_BPS = 12

export function createPriceProcess({ seed, spreadBps }: PriceProcessConfig): PriceProcess {
  const byName = new Map(PAIRS.map((pair) => [pair.name, pair]))
  const reference = (pair: Pair, step: number) =>
    dollars(seed, pair.base.symbol, step) / dollars(seed, pair.quote.symbol, step)
  return {
    referencePrices: (step) => new Map(PAIRS.map((pair) => [pair.name, reference(pair, step)])),
    venueOffsetsBps: (step) =>
      new Map(PAIRS.map((pair) => [pair.name, offsets(seed, spreadBps, pair.name, step)])),
    poolPrice(name, venue, step) {
      const pair = byName.get(name)
      if (pair === undefined) throw new RangeError(`no pair ${name}`)
      return reference(pair, step) * (1 + offsets(seed, spreadBps, name, step)[venue] / 10_000)
    },
  }
}

/** The market step at a slot of `slotMs`, so that prices keep their speed whatever the slot time. */
export function stepAt(slot: bigint, slotMs: number): number {
  return Math.floor((Number(slot) * slotMs) / MARKET_STEP_MS)
}

function dollars(seed: string, symbol: string, step: number): number {
  const price = TOKEN_PRICES[symbol]
  if (price === undefined) throw new RangeError(`no price for ${symbol}`)
  let bps = 0
  for (const octave of OCTAVES) bps += octave.bps * smoothNoise(seed, `usd:${symbol}`, step, octave.period)
  return price.usd * (1 + (price.swing * bps) / 10_000)
}

function offsets(
  seed: string,
  limits: PriceProcessConfig['spreadBps'],
  pair: string,
  step: number,
): Record<VenueName, number> {
  const margin = Math.min(SPREAD_MARGIN_BPS, (limits.max - limits.min) / 4)
  const middle = (limits.min + limits.max) / 2
  const reach = (limits.max - limits.min) / 2 - margin
  const spread = (middle + reach * smoothNoise(seed, `spread:${pair}`, step, SPREAD_PERIOD)) / 10_000
  const period = ROTATION.least + (ROTATION.most - ROTATION.least) * seededFraction(seed, `period:${pair}`)
  const phase = seededFraction(seed, `phase:${pair}`) + step / period
  // Triangle waves a third of a turn apart: the distance from the lowest to the highest is always 4/3.
  const heights = VENUES.map((_, place) => triangle(phase + place / VENUES.length))
  const lowest = Math.min(...heights)
  const range = Math.max(...heights) - lowest
  const offsetOf = (height: number) =>
    ((1 + (spread * (height - lowest)) / range) / (1 + spread / 2) - 1) * 10_000
  const result: Partial<Record<VenueName, number>> = {}
  VENUES.forEach((venue, place) => (result[venue.name] = offsetOf(heights[place] ?? lowest)))
  return result as Record<VenueName, number>
}

/** From -1 at whole turns to 1 at half turns, in straight lines. */
function triangle(turns: number): number {
  return 4 * Math.abs(turns - Math.floor(turns + 0.5)) - 1
}
