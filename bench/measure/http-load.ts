import { connect, type Socket } from 'node:net'

/** A request as it goes over the wire. */
export type RequestBytes = Buffer

export interface LoadOptions {
  readonly url: string
  /** Keep-alive connections; each carries one request at a time. */
  readonly connections: number
  /** The n-th request. */
  readonly request: (n: number) => RequestBytes
  readonly total: number
  /** What every request must be answered with. */
  readonly status: number
  /**
   * Arrivals a second, whatever the answers do (open loop): a request that finds no free connection waits, and its latency counts
   * from when it should have been sent. Left out: as fast as the connections allow (closed loop).
   */
  readonly ratePerSecond?: number
  readonly onAnswer?: (body: string) => void
}

export interface LoadResult {
  /** In ms, by request. */
  readonly latencies: readonly number[]
  readonly seconds: number
}

type Headers = Readonly<Record<string, string>>

/** Bytes of a POST with a JSON body. */
export function postRequest(url: string, headers: Headers, body: string): RequestBytes {
  const ofBody = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
  return requestBytes('POST', url, { ...ofBody, ...headers }, body)
}

/** Bytes of a GET. */
export function getRequest(url: string, headers: Headers): RequestBytes {
  return requestBytes('GET', url, headers, '')
}

function requestBytes(method: string, url: string, headers: Headers, body: string): RequestBytes {
  const { host, pathname, search } = new URL(url)
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`)
}

/**
 * Sends `total` requests and measures each. A client of few instructions: it shares the cores with what it measures. Rejects when all
 * are answered where an answer has another status, with the first of those.
 */
export async function sendLoad(options: LoadOptions): Promise<LoadResult> {
  const { total, status: expected, ratePerSecond } = options
  const latencies: number[] = []
  const statuses = new Map<number, number>()
  let unexpected: string | undefined
  const sockets = await Promise.all(
    Array.from({ length: options.connections }, () => openConnection(options.url)),
  )
  const began = performance.now()
  const dueAt = (n: number) =>
    ratePerSecond === undefined ? performance.now() : began + (n * 1_000) / ratePerSecond
  let next = 0
  let answered = 0
  let timer: NodeJS.Timeout | undefined
  await new Promise<void>((resolve, reject) => {
    const free: Connection[] = [...sockets]
    function send(connection: Connection): void {
      const n = next++
      const since = dueAt(n)
      connection.send(options.request(n), (status, body) => {
        latencies[n] = performance.now() - since
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status !== expected) unexpected ??= body
        options.onAnswer?.(body)
        if (++answered === total) return resolve()
        free.push(connection)
        if (ratePerSecond === undefined) pump()
        else if (next < total && performance.now() >= dueAt(next)) pump()
      })
    }
    function pump(): void {
      while (next < total && free.length > 0) {
        if (ratePerSecond !== undefined && performance.now() < dueAt(next)) return
        send(free.pop() as Connection)
      }
    }
    // A server closes what is idle for long; a low rate leaves connections idle.
    async function replace(lost: Connection): Promise<void> {
      if (free.includes(lost)) free.splice(free.indexOf(lost), 1)
      const connection = await openConnection(options.url)
      if (answered === total) return connection.close()
      sockets.splice(sockets.indexOf(lost), 1, connection)
      watch(connection)
      free.push(connection)
      pump()
    }
    function watch(connection: Connection): void {
      connection.onError = (error, idle) => {
        if (idle) replace(connection).catch(reject)
        else reject(error)
      }
    }
    sockets.forEach(watch)
    if (ratePerSecond !== undefined) {
      timer = setInterval(pump, 1)
    }
    pump()
  }).finally(() => clearInterval(timer))
  const seconds = (performance.now() - began) / 1_000
  for (const connection of sockets) connection.close()
  if (unexpected !== undefined)
    throw new Error(`not all were answered ${expected}: ${JSON.stringify([...statuses])}, ${unexpected}`)
  return { latencies, seconds }
}

interface Connection {
  /** Lost before it was closed here; `idle`: no request was under way. */
  onError: (error: Error, idle: boolean) => void
  send(bytes: Buffer, done: (status: number, body: string) => void): void
  close(): void
}

const HEADER_END = Buffer.from('\r\n\r\n')

async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url)
  const socket: Socket = connect(Number(port), hostname)
  socket.setNoDelay(true)
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let received: Buffer = Buffer.alloc(0)
  let waiting: ((status: number, body: string) => void) | null = null
  let closed = false
  const connection: Connection = {
    onError: () => undefined,
    send(bytes, done) {
      waiting = done
      socket.write(bytes)
    },
    close() {
      closed = true
      socket.destroy()
    },
  }
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const headerEnd = received.indexOf(HEADER_END)
    if (headerEnd < 0) return
    const head = received.toString('latin1', 0, headerEnd)
    const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0)
    const end = headerEnd + HEADER_END.length + length
    if (received.length < end) return
    const body = received.toString('utf8', headerEnd + HEADER_END.length, end)
    received = received.subarray(end)
    const done = waiting
    waiting = null
    done?.(Number(head.slice(9, 12)), body)
  })
  const lost = (error?: Error) => {
    if (closed) return
    closed = true
    connection.onError(error ?? new Error('the connection was closed'), waiting === null)
  }
  socket.on('error', lost)
  socket.on('close', () => lost())
  return connection
}
