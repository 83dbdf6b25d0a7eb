import {
  applySwap,
  type CurveSwap,
  isPoolOpen,
  poolAsOf,
  type PoolState,
  quotePool,
  type RouteMemo,
} from '@fillstream/core'

/** One pool passed: what it took and gave, and what it is afterwards. */
export interface Hop {
  readonly pool: PoolState
  readonly inputMint: string
  readonly swap: CurveSwap
  readonly after: PoolState
}

/** The pools of one leg, passed in order: each takes exactly what the one before gave. */
export interface LegOutcome {
  readonly hops: readonly Hop[]
  readonly amountIn: bigint
  readonly amountOut: bigint
}

/** What the curves say to a route. Not `feasible`: the pools give only `output`, which is less than asked for. */
export interface RouteOutcome {
  readonly feasible: boolean
  readonly output: bigint
  /** Empty where it is not feasible. */
  readonly legs: readonly LegOutcome[]
}

export interface RouteRequest {
  readonly swapMode: RouteMemo['swapMode']
  readonly inputMint: string
  readonly legs: readonly { readonly amount: bigint; readonly pools: readonly number[] }[]
  /** ExactIn: the least that must come out. ExactOut: exactly what must come out; legs' amounts are maxima. */
  readonly output: bigint
  readonly slot: bigint
  /** Unix seconds: pools open at their time. */
  readonly now: bigint
  /** True where a pool does not take this mint back: what a malicious token does to those who bought it. */
  refusesSale(pool: PoolState, inputMint: string): boolean
}

const NOTHING: RouteOutcome = { feasible: false, output: 0n, legs: [] }

/**
 * Runs a route over the pools as they are. ExactOut shares the output among the legs in proportion to what each leg's
 * signed maximum would give: so no leg needs more than its maximum wherever the route as a whole is feasible.
 */
export function evaluateRoute(
  poolAt: (index: number) => PoolState | undefined,
  request: RouteRequest,
): RouteOutcome {
  const whole = runLegs(poolAt, request, (market, leg) => forward(market, leg.pools, leg.amount, request))
  if (whole === null) return NOTHING
  const given = total(whole)
  if (given < request.output) return { feasible: false, output: given, legs: [] }
  if (request.swapMode === 'ExactIn') return { feasible: true, output: given, legs: whole }

  const shares = share(
    request.output,
    whole.map((leg) => leg.amountOut),
  )
  const exact = runLegs(poolAt, request, (market, leg, index) =>
    backward(market, leg.pools, shares[index] ?? 0n, request),
  )
  // Legs that meet in one pool may, in theory, need more than estimated: then the route is refused, never overcharged.
  const within = exact?.every((leg, index) => leg.amountIn <= (request.legs[index]?.amount ?? 0n))
  return exact !== null && within === true
    ? { feasible: true, output: request.output, legs: exact }
    : { ...NOTHING, output: request.output - 1n }
}

/** Pools as they are after the hops so far. */
type Market = (index: number) => PoolState | undefined

function runLegs(
  poolAt: Market,
  request: RouteRequest,
  run: (market: Market, leg: RouteRequest['legs'][number], index: number) => LegOutcome | null,
): LegOutcome[] | null {
  const changed = new Map<number, PoolState>()
  const market: Market = (index) => changed.get(index) ?? poolAt(index)
  const outcomes: LegOutcome[] = []
  for (const [index, leg] of request.legs.entries()) {
    const outcome = run(market, leg, index)
    if (outcome === null) return null
    for (const hop of outcome.hops) changed.set(hop.pool.index, hop.after)
    outcomes.push(outcome)
  }
  return outcomes
}

function forward(
  market: Market,
  pools: readonly number[],
  amount: bigint,
  request: RouteRequest,
): LegOutcome | null {
  const hops: Hop[] = []
  let mint = request.inputMint
  let flowing = amount
  for (const index of pools) {
    const hop = pass(market(index), mint, 'ExactIn', flowing, request)
    if (hop === null) return null
    hops.push(hop)
    flowing = hop.swap.amountOut
    mint = otherMint(hop.pool, mint)
  }
  return { hops, amountIn: amount, amountOut: flowing }
}

function backward(
  market: Market,
  pools: readonly number[],
  amount: bigint,
  request: RouteRequest,
): LegOutcome | null {
  if (amount === 0n) return { hops: [], amountIn: 0n, amountOut: 0n }
  const inputs = [request.inputMint]
  for (const index of pools.slice(0, -1)) {
    const pool = market(index)
    if (pool === undefined) return null
    inputs.push(otherMint(pool, inputs.at(-1) ?? ''))
  }
  const hops: Hop[] = []
  let flowing = amount
  for (let at = pools.length - 1; at >= 0; at -= 1) {
    const hop = pass(market(pools[at] ?? -1), inputs[at] ?? '', 'ExactOut', flowing, request)
    if (hop === null) return null
    hops.unshift(hop)
    flowing = hop.swap.amountIn
  }
  return { hops, amountIn: flowing, amountOut: amount }
}

function pass(
  pool: PoolState | undefined,
  inputMint: string,
  swapMode: RouteMemo['swapMode'],
  amount: bigint,
  { slot, now, refusesSale }: RouteRequest,
): Hop | null {
  if (pool === undefined || !isPoolOpen(pool, slot, now) || refusesSale(pool, inputMint)) return null
  const result = quotePool(poolAsOf(pool, slot), inputMint, swapMode, amount)
  if (!result.ok) return null
  return { pool, inputMint, swap: result.swap, after: applySwap(pool, inputMint, result.swap, slot) }
}

/** Splits `amount` in proportion to `weights`, none above its weight; what rounding leaves goes to the first with room. */
function share(amount: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((total, weight) => total + weight, 0n)
  const shares = weights.map((weight) => (amount * weight) / sum)
  let left = amount - shares.reduce((total, part) => total + part, 0n)
  return shares.map((part, index) => {
    const room = (weights[index] ?? 0n) - part
    const extra = left < room ? left : room
    left -= extra
    return part + extra
  })
}

/** The mint on the other side of a pool. */
export function otherMint(pool: PoolState, mint: string): string {
  return pool.mintA === mint ? pool.mintB : pool.mintA
}

function total(legs: readonly LegOutcome[]): bigint {
  return legs.reduce((sum, leg) => sum + leg.amountOut, 0n)
}
