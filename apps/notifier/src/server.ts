import { type IncomingMessage } from 'node:http'
import { type Duplex } from 'node:stream'
import { type ProblemCode } from '@fillstream/types'
import {
  createApp,
  listen,
  mountHealth,
  type Health,
  type HttpServer,
  type Metrics,
} from '@fillstream/runtime'
import { WebSocketServer, type WebSocket } from 'ws'
import { asyncApiDocument } from './asyncapi'
import { serveInTurn } from './arrivals'
import { credentialOf } from './authentication'
import { destroyBroken } from './broken-socket'
import { type StreamContext } from './context'
import { isOriginAllowed } from './origin'
import { problemOf, refuseUpgrade, serveWithoutUpgrade } from './refusal'
import { openSession } from './session'
import { openStatusStream } from './status-stream'

export interface StreamServer {
  readonly url: string
  /** Takes no more connections, closes those there are with 1001 over `spreadMs`, then stops listening, all within `boundMs`. */
  close(spreadMs: number, boundMs: number): Promise<void>
}

export interface StreamServerConfig {
  readonly host: string
  readonly port: number
  readonly allowedOrigins: readonly string[]
  /** Streams at once. */
  readonly maxConnections: number
}

/** How long clients may take to answer the closing handshake. */
const CLOSE_GRACE_MS = 3_000
/** Handshakes in one turn of the event loop, in ms of work. */
const HANDSHAKE_SLICE_MS = 2
/** How long requests may take that are under way at the end. */
const HTTP_GRACE_MS = 1_000
/** Connections beside the streams: health checks and metrics must get through when the streams are full. */
const SPARE_CONNECTIONS = 1_000

type Open = (socket: WebSocket, wire: Duplex, request: IncomingMessage, query: URLSearchParams) => void

/** Serves health and metrics over HTTP, and upgrades `/v1/stream` and `/ws` on the same port. */
export async function startServer(
  { host, port, allowedOrigins, maxConnections }: StreamServerConfig,
  context: StreamContext,
  health: Health,
  metrics: Metrics,
): Promise<StreamServer> {
  const { events, ids, limits } = context
  let draining = false

  const paths: Readonly<Record<string, Open>> = {
    '/v1/stream': (socket, wire, request, query) =>
      openSession(socket, wire, credentialOf(request, query), context),
    '/ws': (socket, wire, request, query) =>
      openStatusStream(socket, wire, credentialOf(request, query), query.get('orderId'), context),
  }

  const app = createApp()
  mountHealth(app, health, metrics)
  const document = asyncApiDocument(context.streamBase)
  app.get('/asyncapi.json', (_request, response) => {
    response.json(document)
  })
  app.use((request, response) => {
    const known = Object.hasOwn(paths, request.path)
    const problem = known
      ? problemOf(
          'VALIDATION_FAILED',
          'this is a WebSocket address: connect with an upgrade',
          request.path,
          ids.uuid(),
        )
      : problemOf('NOT_FOUND', 'there is nothing at this address', request.path, ids.uuid())
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
  })

  const http: HttpServer = await listen(app, {
    host,
    port,
    maxConnections: maxConnections + SPARE_CONNECTIONS,
  })
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
    closeTimeout: CLOSE_GRACE_MS,
  } as ConstructorParameters<typeof WebSocketServer>[0])

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      serveWithoutUpgrade(request, socket, app)
      return
    }
    const [path = '', search = ''] = (request.url ?? '').split('?', 2)
    const open = Object.hasOwn(paths, path) ? paths[path] : undefined
    const refuse = (code: ProblemCode, detail: string) =>
      refuseUpgrade(socket, problemOf(code, detail, path, ids.uuid()))
    if (draining) {
      events.handshakeRefused('draining', path)
      refuse('OVERLOADED', 'the service is restarting')
    } else if (context.connections.size >= maxConnections) {
      events.handshakeRefused('full', path)
      refuse('OVERLOADED', 'the service has as many connections as it takes')
    } else if (!open) {
      events.handshakeRefused('path', path)
      refuse('NOT_FOUND', 'there is no stream at this address')
    } else if (!isOriginAllowed(request.headers.origin, request.headers.host, allowedOrigins)) {
      events.handshakeRefused('origin', String(request.headers.origin))
      refuse('FORBIDDEN', 'pages of this origin may not open a stream')
    } else {
      sockets.handleUpgrade(request, socket, head, (websocket) =>
        open(websocket, socket, request, new URLSearchParams(search)),
      )
    }
  }

  const arrivals = serveInTurn(http.server, context.turns, context.clock)
  const handshakes = context.turns.lane(HANDSHAKE_SLICE_MS)
  http.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', destroyBroken)
    handshakes.do(() => {
      socket.off('error', destroyBroken)
      if (!socket.destroyed) upgrade(request, socket, head)
    })
  })

  return {
    url: http.url,
    async close(spreadMs, boundMs) {
      draining = true
      const forStreams = boundMs - HTTP_GRACE_MS
      const spread = Math.min(spreadMs, forStreams / 2)
      await context.connections.closeAll(spread, Math.min(CLOSE_GRACE_MS, forStreams - spread))
      arrivals.close()
      sockets.close()
      await http.close(HTTP_GRACE_MS)
    },
  }
}
