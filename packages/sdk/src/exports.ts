export type { AdminCalls, HaltOptions } from './admin'
export type { ClientOptions, FillstreamClient } from './client'
export { FillstreamError, isFillstreamError } from './errors'
export type { ClientErrorCode, FieldError, FillstreamErrorCode, FillstreamErrorContext } from './errors'
export type { CallOptions, MarketCalls } from './market'
export type { MarketStreams } from './market-streams'
export { isTerminal } from './model/event'
export type { OrderEvent, OrderEventData, StreamEvent } from './model/event'
export type {
  Account,
  Balance,
  ExecutableAmount,
  Launch,
  Pair,
  Pool,
  Price,
  Quote,
  QuoteRequest,
  StreamToken,
  Token,
  Venue,
} from './model/market'
export type {
  Failure,
  FailureCode,
  Fee,
  Order,
  OrderAttempt,
  OrderLinks,
  OrderListQuery,
  OrderRoute,
  OrderStatus,
  OrderType,
  Page,
  PlaceOrderRequest,
  PriceUnit,
  PriorityFee,
  Route,
  RouteStep,
  SwapMode,
  Sniper,
  SniperRequest,
  SniperSafetyRequest,
  TimeInForce,
  VenueQuote,
} from './model/order'
export type { TradingState } from './model/trading'
export type { OrderCalls, PlaceOptions, WatchAllOptions, WatchOptions } from './orders'
export type { FetchAnswer, FetchLike, WebSocketConstructor, WebSocketLike } from './platform'
