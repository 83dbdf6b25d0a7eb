import { AppError } from '@fillstream/core'
import { startPolling, type Clock } from '@fillstream/runtime'
import { type TradingRepository, type TradingState } from '@fillstream/store'
import { type WorkerEvents } from './events'

/** Whether an operator lets the engine trade. */
export interface Trading {
  isHalted(): boolean
  /**
   * Throws TRADING_HALTED, by a state that is at most `MAX_AGE_MS` old, and DEPENDENCY_UNAVAILABLE where it can't be known:
   * what is not known to be allowed is not signed.
   */
  assertOn(): Promise<void>
  /** Calls `listener` now and at every change. */
  follow(listener: (halted: boolean) => void): void
  stop(): Promise<void>
}

const INTERVAL_MS = 250
const MAX_AGE_MS = 500

/** Reads the state four times a second, and when it is needed and older than half of one. */
export function startTrading(
  trading: Pick<TradingRepository, 'get'>,
  initial: TradingState,
  { clock, events }: { readonly clock: Clock; readonly events: Pick<WorkerEvents, 'tradingState'> },
): Trading {
  const listeners: ((halted: boolean) => void)[] = []
  events.tradingState(initial, null)
  const state = startPolling(clock, {
    intervalMs: INTERVAL_MS,
    initial,
    read: () => trading.get(),
    onRead(value, before) {
      events.tradingState(value, before)
      if (value.halted !== before.halted) for (const listener of listeners) listener(value.halted)
    },
  })
  return {
    isHalted: () => state.latest().halted,
    async assertOn() {
      const { halted } = await state.fresh(MAX_AGE_MS)
      if (halted) throw new AppError('TRADING_HALTED', 'trading is halted')
    },
    follow(listener) {
      listeners.push(listener)
      listener(state.latest().halted)
    },
    stop: () => state.stop(),
  }
}
