import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * What happens to bytes on their way. `loseReply`: the next whole answer to a statement that holds the mark is cut off. The mark is to be
 * one of its values: a prepared statement's text goes over the wire once.
 */
export type ProxyMode =
  | { readonly kind: 'pass' }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'loseReply'; readonly mark: string; readonly then: ProxyMode }

export interface PostgresProxy {
  /** `databaseUrl` by way of the proxy. */
  readonly url: string
  /** `refuse` also cuts what is connected. */
  set(mode: ProxyMode): void
  /** Answers that were cut off so far. */
  lost(): number
  close(): Promise<void>
}

/** ReadyForQuery, outside a transaction: the statement before it is committed. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])

/** A TCP proxy before Postgres that can go away, fall silent, or lose an answer whose statement was committed. */
export async function createPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let mode: ProxyMode = { kind: 'pass' }
  let lost = 0

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    let marked = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    if (mode.kind === 'refuse') client.destroy()
    client.on('data', (chunk) => {
      if (mode.kind === 'silent') return
      if (mode.kind === 'loseReply' && chunk.includes(mode.mark)) marked = true
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (mode.kind === 'silent') return
      if (mode.kind !== 'loseReply' || !marked) client.write(chunk)
      else if (chunk.subarray(-READY.length).equals(READY)) {
        lost += 1
        set(mode.then)
        client.destroy()
      }
    })
  })

  function set(next: ProxyMode): void {
    mode = next
    if (next.kind === 'refuse') for (const socket of sockets) socket.destroy()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.toString(),
    set,
    lost: () => lost,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
