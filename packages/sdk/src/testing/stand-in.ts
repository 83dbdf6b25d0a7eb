import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEventLog, type EventLog } from './event-log'
import { createMarketFeed, type MarketFeed } from './market-feed'
import { createStreamServer, type StreamServer } from './stream-server'

export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** `hang`: no answer, ever. `cut`: the connection ends without one. */
export type Handler = (seen: Seen) => Answer | 'hang' | 'cut'

/** An engine as a client sees it: HTTP answers that a test writes, and the real stream protocol over a log and a market. */
export interface StandIn {
  readonly url: string
  readonly streamUrl: string
  readonly log: EventLog
  readonly market: MarketFeed
  readonly stream: StreamServer
  readonly seen: readonly Seen[]
  /** Answers `METHOD /path` (without query); what nobody answers fails the call. */
  on(call: string, handler: Handler): void
  close(): Promise<void>
}

export async function startStandIn(): Promise<StandIn> {
  const handlers = new Map<string, Handler>()
  const seen: Seen[] = []
  const http = createServer((request, response) => {
    void readAll(request).then((text) => {
      const { pathname, search } = new URL(request.url ?? '/', 'http://stand-in')
      const call: Seen = {
        method: request.method ?? '',
        path: pathname + search,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
      seen.push(call)
      const handler = handlers.get(`${call.method} ${pathname}`)
      answer(response, handler ? handler(call) : { status: 404, body: problem('NOT_FOUND', 404) })
    })
  })
  const log = createEventLog()
  const market = createMarketFeed()
  const stream = createStreamServer(http, log, market)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    streamUrl: `ws://127.0.0.1:${port}/v1/stream`,
    log,
    market,
    stream,
    seen,
    on: (call, handler) => handlers.set(call, handler),
    close: async () => {
      stream.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

/** A problem document as the engine writes them. */
export function problem(code: string, status: number, more: object = {}): object {
  return {
    type: `https://fillstream.dev/problems/${code}`,
    title: code,
    status,
    detail: `detail of ${code}`,
    instance: '/',
    code,
    retryable: status === 503 || status === 429,
    requestId: 'request-1',
    errors: [],
    ...more,
  }
}

function answer(response: ServerResponse, given: ReturnType<Handler>): void {
  if (given === 'hang') return
  if (given === 'cut') return void response.socket?.destroy()
  const text = typeof given.body === 'string' ? given.body : JSON.stringify(given.body ?? {})
  response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers }).end(text)
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
