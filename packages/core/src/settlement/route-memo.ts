import { type SwapMode } from '@fillstream/types'

/**
 * The memo program of settlements: the one in general use (v2). Client libraries name a later one by default, which
 * is another address.
 */
export const MEMO_PROGRAM = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'

/** What a settlement transaction says about its route: which pools, leg by leg, and which amount is exact. */
export interface RouteMemo {
  readonly swapMode: SwapMode
  /** Legs run side by side; a leg's pools (by `PoolState.index`) are passed one after the other. */
  readonly legs: readonly (readonly number[])[]
}

const PREFIX = 'route:1:'
const FORM = /^route:1:(ExactIn|ExactOut):((?:0|[1-9][0-9]{0,9})(?:[>|](?:0|[1-9][0-9]{0,9}))*)$/
const U32_MAX = 0xffff_ffff

/** `route:1:<ExactIn|ExactOut>:<legs>`, legs joined by `|`, pool indexes of a leg by `>`: `route:1:ExactIn:3>7|5`. */
export function encodeRouteMemo(memo: RouteMemo): string {
  if (memo.legs.length === 0 || memo.legs.some((leg) => leg.length === 0)) {
    throw new RangeError('a route has at least one leg, a leg at least one pool')
  }
  return `${PREFIX}${memo.swapMode}:${memo.legs.map((leg) => leg.join('>')).join('|')}`
}

/** Reads a route memo; null where the text is none (another memo, another version, an index beyond u32). */
export function decodeRouteMemo(text: string): RouteMemo | null {
  const [, swapMode, route] = FORM.exec(text) ?? []
  if (swapMode === undefined || route === undefined) return null
  const legs = route.split('|').map((leg) => leg.split('>').map(Number))
  if (legs.flat().some((index) => index > U32_MAX)) return null
  return { swapMode: swapMode === 'ExactIn' ? 'ExactIn' : 'ExactOut', legs }
}
