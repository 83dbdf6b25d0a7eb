/** The part of `fetch` that the client needs; the global one fits. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: string
    readonly signal: AbortSignal
  },
) => Promise<FetchAnswer>

export interface FetchAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
}

/** A WebSocket class in the browser's form. */
export type WebSocketConstructor = new (url: string) => WebSocketLike

export interface WebSocketLike {
  send(data: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void
  addEventListener(type: 'error', listener: () => void): void
}

/** One open (or opening) socket. */
export interface Socket {
  send(text: string): void
  /** Ends it without waiting for the other side; `closed` is not called any more. */
  drop(): void
}

/** How a socket can end: the close codes of the stream, 1006 for no word at all, and 4403 for a handshake answered 403. */
export const CLOSED = { lost: 1006, protocolError: 4400, unauthenticated: 4401, forbidden: 4403 } as const

export interface SocketHandlers {
  message(text: string): void
  /** Once, however it ends; also when it never opened. */
  closed(code: number, reason: string): void
}

export type OpenSocket = (
  url: string,
  headers: Readonly<Record<string, string>>,
  handlers: SocketHandlers,
) => Socket

/** What differs between Node and a browser, and what a test replaces. */
export interface Platform {
  readonly fetch: FetchLike
  readonly openSocket: OpenSocket
  /** `header`: the API key goes into the handshake. `token`: a stream token goes into the URL, as browsers must. */
  readonly streamAuth: 'header' | 'token'
  readonly nowMs: () => number
  /** In [0, 1). */
  readonly random: () => number
  /** 32 hexadecimal digits that never come again. */
  readonly newKey: () => string
  /** Resolves after `ms`, or rejects with the signal's reason. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** What Node and browsers have in common. */
export const commonPlatform = {
  nowMs: () => Date.now(),
  random: () => Math.random(),
  newKey: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
      '',
    ),
  sleep,
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** A socket of any class in the browser's form. */
export function openWithClass(Class: WebSocketConstructor): OpenSocket {
  return (url, _headers, handlers) => {
    const socket = new Class(url)
    let dropped = false
    socket.addEventListener('message', (event) => {
      if (!dropped && typeof event.data === 'string') handlers.message(event.data)
    })
    socket.addEventListener('error', () => undefined)
    socket.addEventListener('close', (event) => {
      if (!dropped) handlers.closed(event.code, event.reason)
      dropped = true
    })
    return {
      send: (text) => socket.send(text),
      drop: () => {
        dropped = true
        socket.close(1000)
      },
    }
  }
}
