import { type RpcCaller } from '@fillstream/messaging'
import { type dexRouterOperations, type Quote, type QuoteRequest } from '@fillstream/types'
import { type Handlers } from '../http/call'
import { type TradableTokens } from '../use-cases/tradable-tokens'

const TIMEOUT_MS = 2_000

/** What the market offers, as dex-router knows it. */
export function marketRoutes({
  router,
  tokens,
  getQuote,
}: {
  readonly router: RpcCaller<typeof dexRouterOperations>
  readonly tokens: Pick<TradableTokens, 'list'>
  readonly getQuote: (request: QuoteRequest) => Promise<Quote>
}): Pick<Handlers, 'quote' | 'listTokens' | 'listVenues' | 'listPools'> {
  return {
    quote: async ({ body }) => ({ body: await getQuote(body) }),
    listTokens: async () => ({ body: { items: [...(await tokens.list())], nextCursor: null } }),
    async listVenues() {
      const { venues } = await router.call('venues', {}, TIMEOUT_MS)
      return { body: { items: venues, nextCursor: null } }
    },
    async listPools() {
      const { pools } = await router.call('pools', {}, TIMEOUT_MS)
      return { body: { items: pools, nextCursor: null } }
    },
  }
}
