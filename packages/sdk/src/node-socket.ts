import { WebSocket } from 'ws'
import { CLOSED, type OpenSocket } from './platform'

/** A side that is gone never answers the close: the process must not wait for it. */
const CLOSE_GRACE_MS = 1_000

/** Sockets of `ws`: Node 20 has none of its own, and only `ws` can send an Authorization header. */
export const openNodeSocket: OpenSocket = (url, headers, handlers) => {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false, handshakeTimeout: 10_000 })
  let ended = false
  let lastError = ''
  const closed = (code: number, reason: string) => {
    if (ended) return
    ended = true
    handlers.closed(code, reason)
  }
  socket.on('message', (data, isBinary) => {
    if (!ended && !isBinary) handlers.message((data as Buffer).toString('utf8'))
  })
  socket.on('error', (error) => {
    lastError = error.message
  })
  socket.on('unexpected-response', (request, response) => {
    response.resume()
    request.destroy()
    const { statusCode = 0 } = response
    const code = { 401: CLOSED.unauthenticated, 403: CLOSED.forbidden }[statusCode] ?? CLOSED.lost
    closed(code, `the handshake was answered with ${statusCode}`)
  })
  socket.on('close', (code, reason) => closed(code, reason.toString('utf8') || lastError))
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    drop: () => {
      ended = true
      if (socket.readyState !== WebSocket.OPEN) return socket.terminate()
      socket.close(1000)
      setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref()
    },
  }
}
