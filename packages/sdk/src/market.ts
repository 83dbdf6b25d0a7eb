import type { Http } from './http'
import type { Account, Pool, Quote, QuoteRequest, StreamToken, Token, Venue } from './model/market'
import type { Page } from './model/order'

/** Ends a call early: it then throws the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

export interface MarketCalls {
  readonly quotes: {
    /** The best route now; nothing is executed. */
    get(request: QuoteRequest, options?: CallOptions): Promise<Quote>
  }
  readonly tokens: {
    /** What can be traded, and the decimals of each. */
    list(options?: CallOptions): Promise<Page<Token>>
  }
  readonly venues: {
    list(options?: CallOptions): Promise<Page<Venue>>
  }
  readonly pools: {
    list(options?: CallOptions): Promise<Page<Pool>>
  }
  readonly account: {
    /** Who the key belongs to, its limits and its balances. */
    get(options?: CallOptions): Promise<Account>
  }
  readonly streamTokens: {
    /** A short-lived token for a WebSocket of your own; `orders.watch` needs none. */
    create(options?: CallOptions): Promise<StreamToken>
  }
}

/** All calls but those about orders, and the streams. */
export function createMarket(http: Http): MarketCalls {
  const get =
    <Answer>(path: string) =>
    (options?: CallOptions) =>
      http({ method: 'GET', path, signal: options?.signal }) as Promise<Answer>
  return {
    quotes: {
      get: (request, options) =>
        http({
          method: 'POST',
          path: '/v1/quotes',
          body: request,
          signal: options?.signal,
        }) as Promise<Quote>,
    },
    tokens: { list: get<Page<Token>>('/v1/tokens') },
    venues: { list: get<Page<Venue>>('/v1/venues') },
    pools: { list: get<Page<Pool>>('/v1/pools') },
    account: { get: get<Account>('/v1/account') },
    streamTokens: {
      create: (options) =>
        http({ method: 'POST', path: '/v1/stream-tokens', signal: options?.signal }) as Promise<StreamToken>,
    },
  }
}
