import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'

/** A bare HTTP server of a test, on a free port. */
export interface TestHttpServer {
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** Takes nothing more, and cuts what is open. */
  close(): void
}

export async function serveHttp(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestHttpServer> {
  const server = createServer(answer)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => server.close().closeAllConnections(),
  }
}
