import {
  AddressBook,
  bestAmount,
  boundBy,
  ExecutionError,
  feeBpsOf,
  formatPrice,
  signedAmounts,
  type PoolState,
} from '@fillstream/core'
import { type RpcHandlers } from '@fillstream/messaging'
import {
  type dexRouterOperations,
  type PoolInfo,
  type RouteStep,
  type SwapReply,
  type VenueInfo,
} from '@fillstream/types'
import { type Follower } from './book/follower'
import { tokensOf } from './book/token-list'
import { launchesOf, quoteLaunch } from './launches/launch-operations'
import { bestRoute, type BestRouteParts } from './routing/best-route'
import { createSwapBuilder, type SwapOrder } from './swap/build-swap'
import { readPlan } from './swap/swap-plan'
import { type GuardedVenue } from './venues/guarded-venue'

export interface OperationParts extends BestRouteParts {
  readonly follower: Follower
}

/** What dex-router answers to the other services. */
export function createOperations(parts: OperationParts): RpcHandlers<typeof dexRouterOperations> {
  const { book, venues, follower, events } = parts
  const buildSwap = createSwapBuilder(new AddressBook())

  async function swapOf(order: SwapOrder, routePlan: readonly RouteStep[]): Promise<SwapReply> {
    const settlement = follower.settlement()
    if (settlement === null)
      throw new ExecutionError('VENUE_UNAVAILABLE', 'the venues have not been reached yet')
    const legs = readPlan(book, { ...order, routePlan })
    const { instructions, coSigner, reference, routeMemo } = await buildSwap(order, legs, settlement)
    events.swapBuilt(order.orderId, order.attempt, routeMemo)
    return { instructions, coSigner, reference }
  }

  return {
    quote({ orderId, amount, inputMint, outputMint, swapMode }, { budgetMs }) {
      const question = { inputMint, outputMint, swapMode, amount: BigInt(amount) }
      return bestRoute(parts, question, budgetMs, orderId)
    },
    swap({ routePlan, ...order }) {
      const amounts = { inAmount: BigInt(order.inAmount), outAmount: BigInt(order.outAmount) }
      return swapOf({ ...order, ...amounts }, routePlan)
    },
    async quoteSwap({ amount, bound, slippageBps, ...order }, { budgetMs }) {
      const { orderId, inputMint, outputMint, swapMode } = order
      const exact = BigInt(amount)
      const question = { inputMint, outputMint, swapMode, amount: exact }
      const receipt = await bestRoute(parts, question, budgetMs, orderId)
      const other = boundBy(
        { swapMode, slippageBps, bound: bound === null ? null : BigInt(bound) },
        { inAmount: BigInt(receipt.inAmount), outAmount: BigInt(receipt.outAmount) },
      )
      const amounts = signedAmounts(swapMode, exact, other)
      return { receipt, swap: await swapOf({ ...order, ...amounts }, receipt.routePlan) }
    },
    executable({ swaps }) {
      const amounts = swaps.map((swap) => {
        const pools = book.tradable(swap.inputMint, swap.outputMint)
        return bestAmount(pools, { ...swap, amount: BigInt(swap.amount) })?.toString() ?? null
      })
      return Promise.resolve({ amounts })
    },
    launchQuote: ({ pool, amount }) => Promise.resolve(quoteLaunch(book, parts.clock, pool, BigInt(amount))),
    launches: ({ mint }) => Promise.resolve({ launches: launchesOf(book, mint) }),
    tokens: () => Promise.resolve({ tokens: tokensOf(book.all()) }),
    venues() {
      const pools = book.all()
      return Promise.resolve({ venues: venues.map((venue) => venueInfo(parts, venue, pools)) })
    },
    pools: () => Promise.resolve({ pools: book.all().map(poolInfo) }),
  }
}

function venueInfo({ book }: OperationParts, venue: GuardedVenue, pools: readonly PoolState[]): VenueInfo {
  const slot = book.lastSlot()
  const live = book.status() === 'live'
  return {
    venue: venue.name,
    status: venue.isDown() ? 'down' : live ? 'up' : 'stale',
    pools: pools.filter((pool) => pool.venue === venue.name).length,
    lastSlot: slot === null ? null : Number(slot),
    latencyMs: venue.latencyMs(),
  }
}

function poolInfo(pool: PoolState): PoolInfo {
  return {
    pool: pool.address,
    venue: pool.venue,
    curve: pool.curve,
    mintA: pool.mintA,
    mintB: pool.mintB,
    reserveA: pool.reserveA.toString(),
    reserveB: pool.reserveB.toString(),
    price: spotPrice(pool),
    feeBps: feeBpsOf(pool),
    openTime: pool.openTime === 0n ? null : new Date(Number(pool.openTime) * 1_000).toISOString(),
    slot: Number(pool.slot),
  }
}

function spotPrice({ reserveA, reserveB, decimalsA, decimalsB }: PoolState): string {
  if (reserveA === 0n) return '0'
  const amounts = { inAmount: reserveA, outAmount: reserveB, inDecimals: decimalsA, outDecimals: decimalsB }
  return formatPrice(amounts, 'nearest')
}
