import type { IncomingMessage, Server } from 'node:http'
import type { LaunchEvent, PriceEvent } from '@fillstream/types'
import { WebSocketServer, type WebSocket } from 'ws'
import type { EventLog, LoggedEvent } from './event-log'
import type { MarketFeed } from './market-feed'
import { ACCEPTED_AT } from './orders'

/** What shall become of one connection. */
export interface Fate {
  /** Answer the handshake with this status. */
  readonly refuse?: number
  /** End the connection after this many frames, the greeting included. */
  readonly framesBeforeEnd?: number
  /** How: with a close code, or (`cut`) without a word. */
  readonly end?: number | 'cut'
  /** Send this many events before the one asked for again: delivery is at least once. */
  readonly repeat?: number
  /** Leave out these events (by seq), as no engine should. */
  readonly omit?: readonly number[]
  /** Answer nothing after the greeting. */
  readonly mute?: boolean
  readonly heartbeatMs?: number
}

export interface Handshake {
  readonly url: string
  readonly authorization: string | undefined
}

export interface StreamServer {
  readonly handshakes: readonly Handshake[]
  /** What clients said, in order. */
  readonly messages: readonly Message[]
  readonly openSockets: number
  /** The fates of the next connections; those after them live. */
  plan(fates: readonly Fate[]): void
  /** Errors that the next subscribes are answered with. */
  refuseNext(errors: readonly { code: string; retryable: boolean }[]): void
  /** Called after every frame that goes out. */
  onFrame: () => void
  close(): void
}

export interface Message {
  readonly type: string
  readonly channel?: string
  readonly id?: string
  readonly afterSeq?: number
  readonly cursor?: number
}

/** Speaks the stream's protocol over a log of events and what the market tells, on `/v1/stream`. */
export function createStreamServer(http: Server, log: EventLog, market: MarketFeed): StreamServer {
  const sockets = new WebSocketServer({ server: http, path: '/v1/stream', verifyClient })
  const handshakes: Handshake[] = []
  const messages: Message[] = []
  const fates: Fate[] = []
  const refusals: { code: string; retryable: boolean }[] = []
  const fateOf = new WeakMap<IncomingMessage, Fate>()

  function verifyClient(
    { req }: { req: IncomingMessage },
    answer: (accepted: boolean, code?: number) => void,
  ): void {
    const fate = fates.shift() ?? {}
    fateOf.set(req, fate)
    handshakes.push({ url: req.url ?? '', authorization: req.headers.authorization })
    answer(fate.refuse === undefined, fate.refuse)
  }

  const server: StreamServer = {
    handshakes,
    messages,
    get openSockets() {
      return sockets.clients.size
    },
    plan: (next) => fates.push(...next),
    refuseNext: (errors) => refusals.push(...errors),
    onFrame: () => undefined,
    close: () => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }

  sockets.on('connection', (socket, request) => {
    serve(socket, fateOf.get(request) ?? {}, log, market, {
      heard: (message) => messages.push(message),
      refusal: () => refusals.shift(),
      sent: () => server.onFrame(),
    })
  })
  return server
}

interface Hooks {
  heard(message: Message): void
  refusal(): { code: string; retryable: boolean } | undefined
  sent(): void
}

function serve(socket: WebSocket, fate: Fate, log: EventLog, market: MarketFeed, hooks: Hooks): void {
  const subscriptions = new Map<string, () => void>()
  let left = fate.framesBeforeEnd ?? Infinity

  function end(): void {
    left = 0
    if (fate.end === undefined || fate.end === 'cut') socket.terminate()
    else socket.close(fate.end)
  }

  function send(frame: object): void {
    if (left <= 0) return
    socket.send(JSON.stringify(frame))
    left--
    hooks.sent()
    if (left <= 0) end()
  }

  function subscribe(message: Message): void {
    const { channel, id = null, afterSeq = 0, cursor } = message
    const refusal = hooks.refusal()
    if (refusal) return send({ type: 'error', ...refusal, message: refusal.code, channel, id })
    if (channel === 'prices') return subscribePrices(String(id))
    if (channel === 'pools') return subscribePools()
    const isOrder = channel === 'order'
    const order = isOrder ? log.order(String(id)) : undefined
    if (isOrder && !order)
      return send({
        type: 'error',
        code: 'NOT_FOUND',
        message: 'no such order',
        retryable: false,
        channel,
        id,
      })
    const all = log.events.length
    const position = isOrder ? afterSeq : (cursor ?? all)
    const numberOf = (event: LoggedEvent) => (isOrder ? event.seq : event.cursor)
    const deliver = (event: LoggedEvent) => {
      if (isOrder && event.orderId !== id) return
      if (!fate.omit?.includes(event.seq)) send({ type: 'event', channel, id, ...event })
    }
    send({ type: 'subscribed', channel, id, snapshot: isOrder ? order : { cursor: all, orders: [] } })
    for (const event of log.events) if (numberOf(event) > position - (fate.repeat ?? 0)) deliver(event)
    send({ type: 'replayComplete', channel, id, lastSeq: isOrder ? order?.lastSeq : 0, cursor: all })
    subscriptions.set(`${channel} ${id}`, log.follow(deliver))
  }

  /** Neither channel has a replay, nor an end of it; what repeats is what the snapshot said. */
  function subscribePrices(id: string): void {
    const deliver = (data: PriceEvent) => send({ type: 'event', channel: 'prices', id, at: data.at, data })
    const price = market.lastPrice(id)
    send({ type: 'subscribed', channel: 'prices', id, snapshot: { price } })
    if (price && fate.repeat) deliver(price)
    subscriptions.set(`prices ${id}`, market.followPrices(id, deliver))
  }

  function subscribePools(): void {
    const where = { channel: 'pools', id: null }
    const deliver = (data: LaunchEvent) => send({ type: 'event', ...where, at: ACCEPTED_AT, data })
    const launches = market.recentLaunches()
    send({ type: 'subscribed', ...where, snapshot: { launches } })
    if (fate.repeat) launches.slice(-fate.repeat).forEach(deliver)
    subscriptions.set('pools null', market.followLaunches(deliver))
  }

  socket.on('error', () => undefined)
  socket.on('close', () => {
    for (const stop of subscriptions.values()) stop()
  })
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as Message
    hooks.heard(message)
    if (fate.mute === true) return
    const { type, channel, id = null } = message
    if (type === 'ping') return send({ type: 'pong' })
    const key = `${channel} ${id}`
    subscriptions.get(key)?.()
    subscriptions.delete(key)
    if (type === 'subscribe') subscribe(message)
    else send({ type: 'unsubscribed', channel, id })
  })
  send({ type: 'connected', connectionId: 'c1', heartbeatMs: fate.heartbeatMs ?? 30_000 })
}
