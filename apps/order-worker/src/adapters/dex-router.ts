import { ExecutionError } from '@fillstream/core'
import { RpcError, RpcUnavailableError, type RpcCaller } from '@fillstream/messaging'
import { failureCodeSchema, type dexRouterOperations, type LaunchEvent } from '@fillstream/types'
import { type z } from 'zod'

type Operations = typeof dexRouterOperations
type QuoteSwapRequest = z.input<Operations['quoteSwap']['request']>
type ExecutableRequest = z.input<Operations['executable']['request']>
type LaunchQuoteRequest = z.input<Operations['launchQuote']['request']>
type SwapRequest = z.input<Operations['swap']['request']>

/** dex-router as an order's execution sees it: failures are order failures. */
export interface DexRouter {
  /** The best route and the instructions of its settlement. @throws ExecutionError NO_ROUTE, INSUFFICIENT_LIQUIDITY, VENUE_TIMEOUT, VENUE_UNAVAILABLE */
  quoteSwap(request: QuoteSwapRequest): Promise<z.output<Operations['quoteSwap']['reply']>>
  /** For a route that was chosen before. @throws ExecutionError as `quoteSwap` */
  swap(request: SwapRequest): Promise<z.output<Operations['swap']['reply']>>
  /**
   * What each of these swaps (at most MAX_EXECUTABLE_SWAPS) would come to now, base units of the other side; null where nobody can
   * fill it. @throws ExecutionError VENUE_TIMEOUT
   */
  executable(swaps: ExecutableRequest['swaps']): Promise<(bigint | null)[]>
  /** Launches of a token, or all that are to open or have opened within minutes. @throws ExecutionError VENUE_TIMEOUT */
  launches(mint?: string): Promise<LaunchEvent[]>
  /** What the whole amount buys in a launched pool, as of the slot of its opening. @throws ExecutionError as `quoteSwap` */
  launchQuote(request: LaunchQuoteRequest): Promise<z.output<Operations['launchQuote']['reply']>>
}

async function asExecution<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof RpcError) {
      const code = failureCodeSchema.safeParse(error.code)
      throw new ExecutionError(code.success ? code.data : 'VENUE_UNAVAILABLE', error.message, {
        cause: error,
      })
    }
    // Without Redis nothing was asked: that is no venue's failure, and the order waits for the sweeper.
    if (error instanceof RpcUnavailableError && error.cause === undefined) {
      throw new ExecutionError('VENUE_TIMEOUT', error.message, { cause: error })
    }
    throw error
  }
}

export function createDexRouter(caller: RpcCaller<Operations>, timeoutMs: number): DexRouter {
  return {
    quoteSwap: (request) => asExecution(caller.call('quoteSwap', request, timeoutMs)),
    async launches(mint) {
      const { launches } = await asExecution(
        caller.call('launches', mint === undefined ? {} : { mint }, timeoutMs),
      )
      return launches
    },
    launchQuote: (request) => asExecution(caller.call('launchQuote', request, timeoutMs)),
    swap: (request) => asExecution(caller.call('swap', request, timeoutMs)),
    async executable(swaps) {
      const { amounts } = await asExecution(caller.call('executable', { swaps }, timeoutMs))
      return amounts.map((amount) => (amount === null ? null : BigInt(amount)))
    },
  }
}
