import { AppError } from '@fillstream/core'
import { startPolling, type Clock } from '@fillstream/runtime'
import { type TradingRepository, type TradingState } from '@fillstream/store'
import { type GatewayEvents } from './events'

/** Whether the engine trades, as this copy knows it. */
export interface TradingWatch {
  isHalted(): boolean
  /** TRADING_HALTED, with the operator's reason; null where the engine trades. */
  refusal(): AppError | null
  /** Looks now: it was just changed. */
  look(): Promise<void>
  stop(): Promise<void>
}

const INTERVAL_MS = 500
/** Nobody knows when an operator resumes: often enough to notice, and no rush at the door. */
const RETRY_AFTER_SECONDS = 5

/** Reads the state twice a second. While Postgres is away, what was read last holds. */
export function watchTrading(
  trading: Pick<TradingRepository, 'get'>,
  initial: TradingState,
  { clock, events }: { readonly clock: Clock; readonly events: Pick<GatewayEvents, 'tradingState'> },
): TradingWatch {
  events.tradingState(initial, null)
  const state = startPolling(clock, {
    intervalMs: INTERVAL_MS,
    initial,
    read: () => trading.get(),
    onRead: events.tradingState,
  })
  return {
    isHalted: () => state.latest().halted,
    refusal() {
      const { halted, reason } = state.latest()
      if (!halted) return null
      return new AppError(
        'TRADING_HALTED',
        reason === null ? 'trading is halted' : `trading is halted: ${reason}`,
        {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        },
      )
    },
    async look() {
      await state.fresh(0)
    },
    stop: () => state.stop(),
  }
}
