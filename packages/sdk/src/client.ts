import { createAdmin, type AdminCalls } from './admin'
import { createHttp, type Http } from './http'
import { createMarket, type MarketCalls } from './market'
import { createMarketStreams, type MarketStreams } from './market-streams'
import { createOrders, type OrderCalls } from './orders'
import { openWithClass, type FetchLike, type Platform, type WebSocketConstructor } from './platform'
import { createStream } from './stream/stream'
import { createStreamTarget } from './stream/target'

export interface ClientOptions {
  /** Where the gateway is, such as `http://127.0.0.1:3000`; a path before `/v1` is kept. */
  readonly baseUrl: string
  /** Left out: as the demo account, where the engine runs in demo mode. */
  readonly apiKey?: string | undefined
  /** Where the stream is, such as `ws://127.0.0.1:3001`. Left out: what the engine says. */
  readonly streamUrl?: string | undefined
  /** @defaultValue the global `fetch` */
  readonly fetch?: FetchLike | undefined
  /** A class in the browser's form; it gets a stream token in the URL. @defaultValue Node: `ws`; browser: its own */
  readonly WebSocket?: WebSocketConstructor | undefined
  /** The longest wait for the answer to one try of a call. @defaultValue `10000` */
  readonly timeoutMs?: number | undefined
  /** Repeats of a call that got no answer, 429, 502, 503 or 504. @defaultValue `3` */
  readonly maxRetries?: number | undefined
  /** Connections of a stream in a row that may bring nothing new before it throws. @defaultValue `20` */
  readonly maxReconnects?: number | undefined
}

export interface FillstreamClient extends MarketCalls, MarketStreams, AdminCalls {
  readonly orders: OrderCalls
}

/** Wires a client from its options and what the platform brings. */
export function createClientOn(platform: Platform, options: ClientOptions): FillstreamClient {
  const own: Platform = {
    ...platform,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    ...(options.WebSocket === undefined
      ? {}
      : { openSocket: openWithClass(options.WebSocket), streamAuth: 'token' as const }),
  }
  const http: Http = createHttp(
    {
      baseUrl: new URL(options.baseUrl).href.replace(/\/+$/, ''),
      apiKey: options.apiKey,
      timeoutMs: options.timeoutMs ?? 10_000,
      maxRetries: options.maxRetries ?? 3,
    },
    own,
  )
  const market = createMarket(http)
  const target = createStreamTarget(
    { streamUrl: options.streamUrl, apiKey: options.apiKey },
    own.streamAuth,
    (signal) => market.streamTokens.create({ signal }),
  )
  const stream = createStream({ target: target.resolve, maxReconnects: options.maxReconnects ?? 20 }, own)
  return {
    ...market,
    ...createMarketStreams(stream, market.tokens),
    ...createAdmin(http),
    orders: createOrders(http, stream, own.newKey, target.learn),
  }
}
