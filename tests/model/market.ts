import { AddressBook, boundBy, formatPrice } from '@fillstream/core'
import { RpcError, RpcUnavailableError } from '@fillstream/messaging'
import { dexRouterOperations, findToken, type RouteReceipt } from '@fillstream/types'
import { type z } from 'zod'
import { SOL, solPool, USDC } from '../../apps/dex-router/src/testing/world'
import { createSwapBuilder } from '../../apps/dex-router/src/swap/build-swap'
import { type Fault } from './gates'
import { GENESIS_HASH } from './simulated-chain'
import { CO_SIGNER } from './transactions'

const POOL = solPool('raydium-sim')
const PAYOUT_ACCOUNT = findToken('BONK')?.mint ?? ''
const buildSwap = createSwapBuilder(new AddressBook())

export const TOKEN_ACCOUNT_RENT = 2_039_280n

const { quoteSwap, swap } = dexRouterOperations
type QuoteSwapRequest = z.output<typeof quoteSwap.request>
type SwapRequest = z.output<typeof swap.request>

/** One pool that sells SOL for USDC, at a price that a test moves; its swap instructions are dex-router's own. */
export class Market {
  /** USDC base units for one SOL. */
  price = 150_000_000n

  /** Answers what dex-router answers. */
  async answer(operation: string, body: unknown): Promise<unknown> {
    return operation === 'quoteSwap'
      ? this.quoteSwap(quoteSwap.request.parse(body))
      : this.swap(swap.request.parse(body))
  }

  private async quoteSwap({ amount, bound, ...asked }: QuoteSwapRequest) {
    const receipt = this.quote(amount)
    const inAmount = BigInt(amount)
    const outAmount = boundBy(
      { ...asked, bound: bound === null ? null : BigInt(bound) },
      { inAmount, outAmount: BigInt(receipt.outAmount) },
    ).toString()
    const swap = await this.swap({ ...asked, inAmount: amount, outAmount, routePlan: receipt.routePlan })
    return { receipt, swap }
  }

  private quote(amount: string): RouteReceipt {
    const [inAmount, outAmount] = [BigInt(amount), (BigInt(amount) * this.price) / 10n ** 9n]
    const amounts = { inAmount: amount, outAmount: outAmount.toString() }
    const pair = { inputMint: SOL, outputMint: USDC }
    const place = { leg: 0, bps: 10_000, venue: POOL.venue, pool: POOL.address, poolIndex: POOL.index }
    return {
      ...pair,
      ...amounts,
      swapMode: 'ExactIn',
      price: formatPrice({ inAmount, outAmount, inDecimals: 9, outDecimals: 6 }, 'down'),
      feeBps: 25,
      priceImpactBps: 0,
      routePlan: [{ ...place, ...pair, ...amounts, feeAmount: '0', feeMint: SOL }],
      contextSlot: 1,
      quotes: [],
      quotedAt: new Date(0).toISOString(),
      elapsedMs: 0,
    }
  }

  private swap(asked: SwapRequest) {
    return buildSwap(
      { ...asked, inAmount: BigInt(asked.inAmount), outAmount: BigInt(asked.outAmount) },
      [{ bps: 10_000, pools: [POOL] }],
      {
        genesisHash: GENESIS_HASH,
        routerAuthority: CO_SIGNER,
        payoutAccounts: { [USDC]: PAYOUT_ACCOUNT },
        tokenAccountRent: TOKEN_ACCOUNT_RENT,
      },
    )
  }
}

/** What asking dex-router ends with: Redis is away, the answer does not come, or it is a plain no. */
export function routerFailure(fault: Fault): Error {
  if (fault === 'refused') return new RpcError('NO_ROUTE', 'no venue trades this pair')
  if (fault === 'unanswered') return new RpcUnavailableError('no answer in time')
  return new RpcUnavailableError('Redis is away', { cause: new Error('connection refused') })
}
