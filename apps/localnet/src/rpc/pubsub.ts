import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import { type Writable } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { type LocalnetEvents } from '../events'
import { type World } from '../world'
import {
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  RpcError,
} from './errors'
import { stringifyRpc } from './json'
import { Params } from './params'
import { failure, readCall } from './server'
import { RecentSlots, SUBSCRIBE, type Subscription, type SlotView } from './subscriptions'

const MAX_PAYLOAD = 64 << 10
const MAX_CONNECTIONS = 1_000
const MAX_SUBSCRIPTIONS = 1_000
/** Unsent bytes beyond which a consumer is cut: it can connect and read anew. */
const MAX_BUFFERED = 16 << 20
const HEARTBEAT_MS = 30_000
const ONCE_GRACE_MS = 200
const TRY_AGAIN_LATER = 1_013

/** A listening PubSub server. */
export interface PubSubServer {
  readonly address: AddressInfo
  /** `ws://host:port` */
  readonly url: string
  close(): Promise<void>
}

/** Serves Solana's PubSub over WebSocket; while `silent` it says nothing. Rejects when the port is taken. */
export async function servePubSub(
  world: World,
  silent: () => boolean,
  events: LocalnetEvents,
  { host, port, slotMs }: { host: string; port: number; slotMs: number },
): Promise<PubSubServer> {
  const server = new WebSocketServer({ host, port, maxPayload: MAX_PAYLOAD, perMessageDeflate: false })
  await once(server, 'listening')
  const sessions = new Set<Session>()
  const recent = new RecentSlots()
  let nextId = 0
  const graceSlots = Math.ceil(ONCE_GRACE_MS / slotMs)

  server.on('connection', (socket, request) => {
    if (sessions.size >= MAX_CONNECTIONS) {
      socket.close(TRY_AGAIN_LATER, 'too many connections')
      return
    }
    const session = new Session(
      socket,
      request.socket,
      world,
      silent,
      events,
      graceSlots,
      () => (nextId += 1),
    )
    sessions.add(session)
    socket.on('close', () => sessions.delete(session))
  })
  const heartbeatEvery = Math.max(1, Math.ceil(HEARTBEAT_MS / slotMs))
  const stop = world.chain.onSlot((news) => {
    const view = recent.add(news)
    if (silent()) return
    for (const session of sessions) {
      session.onSlot(view)
      if (news.slot % heartbeatEvery === 0) session.heartbeat()
    }
  })

  const address = server.address() as AddressInfo
  return {
    address,
    url: `ws://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    async close() {
      stop()
      for (const session of sessions) session.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** One connection and what it follows. */
class Session {
  private readonly subscriptions = new Map<number, Subscription>()
  private alive = true

  constructor(
    private readonly socket: WebSocket,
    /** The connection below it. */
    private readonly wire: Writable,
    private readonly world: World,
    private readonly silent: () => boolean,
    private readonly events: LocalnetEvents,
    private readonly graceSlots: number,
    private readonly newId: () => number,
  ) {
    socket.on('message', (data: Buffer) => this.receive(data.toString()))
    socket.on('pong', () => (this.alive = true))
    // A connection that breaks is closed by ws itself; without a listener it would end the process.
    socket.on('error', () => socket.terminate())
  }

  onSlot(view: SlotView): void {
    // What a slot has to say leaves by one call of the system.
    this.wire.cork()
    for (const [subscription, { notification, onSlot }] of [...this.subscriptions]) {
      const { results, ended } = onSlot(view)
      for (const result of results)
        this.send({ jsonrpc: '2.0', method: notification, params: { result, subscription } })
      if (ended === true) this.subscriptions.delete(subscription)
    }
    this.wire.uncork()
    if (this.socket.bufferedAmount > MAX_BUFFERED) {
      this.events.consumerCut()
      this.subscriptions.clear()
      this.socket.terminate()
    }
  }

  heartbeat(): void {
    if (!this.alive) this.socket.terminate()
    this.alive = false
    this.socket.ping()
  }

  end(): void {
    this.subscriptions.clear()
    this.socket.terminate()
  }

  private receive(text: string): void {
    let request: unknown
    try {
      request = JSON.parse(text)
    } catch {
      this.send(failure(null, PARSE_ERROR, 'Parse error'))
      return
    }
    const call = readCall(request)
    if (call === null) {
      this.send(failure(null, INVALID_REQUEST, 'Invalid request'))
      return
    }
    // Clients keep the connection open with notifications such as `ping`: no id, no answer.
    if (call.id === null) return
    try {
      this.send({ jsonrpc: '2.0', result: this.handle(call.method, call.params), id: call.id })
    } catch (error) {
      if (!(error instanceof RpcError)) this.events.rpcFailed(call.method, error)
      const { code, message } =
        error instanceof RpcError ? error : { code: INTERNAL_ERROR, message: 'Internal error' }
      this.send(failure(call.id, code, message))
    }
  }

  private handle(method: string, params: readonly unknown[]): number | boolean {
    const subscribe = Object.hasOwn(SUBSCRIBE, method) ? SUBSCRIBE[method] : undefined
    if (subscribe !== undefined) {
      if (this.subscriptions.size >= MAX_SUBSCRIPTIONS)
        throw new RpcError(INVALID_REQUEST, 'Too many subscriptions')
      const id = this.newId()
      this.subscriptions.set(id, subscribe(new Params(params), this.world, this.graceSlots))
      return id
    }
    if (!method.endsWith('Unsubscribe')) throw new RpcError(METHOD_NOT_FOUND, 'Method not found')
    const [id] = params
    if (typeof id !== 'number' || !this.subscriptions.delete(id))
      throw new RpcError(INVALID_PARAMS, 'Invalid subscription id.')
    return true
  }

  private send(message: object): void {
    if (this.socket.readyState === this.socket.OPEN && !this.silent()) this.socket.send(stringifyRpc(message))
  }
}
