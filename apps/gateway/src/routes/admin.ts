import { type TradingRepository, type TradingState } from '@fillstream/store'
import { type TradingStateView } from '@fillstream/types'
import { type Dependencies } from '../dependencies'
import { type GatewayEvents } from '../events'
import { type Handlers } from '../http/call'
import { type TradingWatch } from '../trading-watch'

export interface AdminRoutesDeps {
  readonly trading: TradingRepository
  readonly watch: Pick<TradingWatch, 'look'>
  readonly dependencies: Pick<Dependencies, 'assertUp'>
  readonly events: Pick<GatewayEvents, 'tradingSet'>
}

/** What an operator does, for all accounts. */
export function adminRoutes(deps: AdminRoutesDeps): Pick<Handlers, 'getTrading' | 'setTrading'> {
  const { trading, watch, dependencies, events } = deps
  return {
    async getTrading() {
      dependencies.assertUp('postgres')
      return { body: viewOf(await trading.get()) }
    },

    async setTrading({ body: { halted, reason = null }, caller: { keyId }, requestId }) {
      dependencies.assertUp('postgres')
      const state = await trading.set({ halted, reason, keyId })
      events.tradingSet({ requestId, keyId, halted, reason })
      // It is durable: where this copy can't see it at once, it will as every other does.
      await watch.look().catch(() => undefined)
      return { body: viewOf(state) }
    },
  }
}

function viewOf({ halted, reason, since, keyId }: TradingState): TradingStateView {
  return { halted, reason, since: since?.toISOString() ?? null, keyId }
}
