import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http'
import { type AddressInfo, type Socket } from 'node:net'
import express, { type Express } from 'express'

/** A listening HTTP server and how to end it. */
export interface HttpServer {
  readonly server: Server
  readonly address: AddressInfo
  /** `http://host:port` */
  readonly url: string
  /** From now on every answer asks its client to connect anew, elsewhere. */
  drain(): void
  /** Stops accepting, lets running requests finish for `graceMs`, then cuts what is left. */
  close(graceMs?: number): Promise<void>
}

/** An Express application without its `x-powered-by` and ETag work. */
export function createApp(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  return app
}

type Class<T> = { new (...args: never[]): T; prototype: T }

/**
 * Request and response classes whose prototypes are Express's own, so that Express need not swap the
 * prototype of every request: more than half of its cost (nodejs/node#37457, expressjs/express#5998).
 */
function classesOf(app: Express) {
  function Request(this: IncomingMessage, socket: Socket) {
    IncomingMessage.call(this, socket)
  }
  Request.prototype = app.request
  function Response(this: ServerResponse, request: IncomingMessage, options?: object) {
    Reflect.apply(ServerResponse, this, [request, options])
  }
  Response.prototype = app.response
  return {
    IncomingMessage: Request as unknown as Class<IncomingMessage> as typeof IncomingMessage,
    ServerResponse: Response as unknown as Class<ServerResponse> as typeof ServerResponse,
  }
}

/** Connections that wait in the kernel to be taken (it allows 4,096 by itself): beyond it, some of a crowd that comes at once are reset. */
const BACKLOG = 4_096

/** Serves `app` with bounded header and request times and a bounded number of connections. Rejects when the port is taken. */
export async function listen(
  app: Express,
  { host, port, maxConnections = 10_000 }: { host: string; port: number; maxConnections?: number },
): Promise<HttpServer> {
  const server = createServer({ ...classesOf(app), keepAliveTimeout: 65_000 }, app)
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
  server.maxConnections = maxConnections
  let draining = false
  server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    if (draining) response.setHeader('Connection', 'close')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address = server.address() as AddressInfo
  return {
    server,
    address,
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    drain() {
      draining = true
    },
    close: (graceMs = 5_000) => closeServer(server, graceMs),
  }
}

const IDLE_CHECK_MS = 20

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs)
    // A connection that was busy is idle after its answer, and would be kept alive for its client's next request.
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
    server.close(() => {
      clearTimeout(cut)
      clearInterval(idle)
      resolve()
    })
    server.closeIdleConnections()
  })
}
