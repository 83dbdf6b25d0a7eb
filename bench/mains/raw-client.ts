import { connect } from 'node:net'

/** A WebSocket client on a bare socket: reads frames no further than it must to count them. */
export interface RawClient {
  /** Stops reading: what comes waits in the kernel, then at the server. */
  mute(): void
  listen(): void
  /** Ends the connection at once, as a network that breaks. */
  cut(): void
}

export interface RawClientOptions {
  readonly port: number
  readonly localAddress: string
  readonly path: string
  readonly apiKey: string | null
  /** Sent behind the handshake; the client is then ready when its replay is complete, else after the handshake. */
  readonly subscribe: object | null
  /** Called once, or else `onRefused` is. */
  onReady(): void
  onEvent(payload: () => string): void
  /** Not called where the client itself has cut. */
  onClose(code: number): void
  onRefused(why: string): void
}

const HEADERS_END = Buffer.from('\r\n\r\n')
const [TEXT, CLOSE, PING] = [1, 8, 9]
/** Abnormal closure: no close frame came (RFC 6455). */
const ABNORMAL = 1006
/** `{"type":"event"`, `{"type":"error"` and `{"type":"replayComplete"` differ here; nothing else begins with these. */
const KIND_AT = '{"type":"'.length
const [EVENT, ERROR, REPLAY_COMPLETE] = ['ev', 'er', 're'].map(
  (text) => text.charCodeAt(0) * 256 + text.charCodeAt(1),
)

/** All clients read into the same memory, one after the other. */
const READ_BUFFER = Buffer.allocUnsafe(65_536)

export function openRawClient(options: RawClientOptions): RawClient {
  const { subscribe, onEvent, onClose } = options
  let rest: Buffer | null = null
  let upgraded = false
  let code = ABNORMAL
  let done = false
  let settled = false
  const socket = connect({
    port: options.port,
    host: '127.0.0.1',
    localAddress: options.localAddress,
    noDelay: true,
    onread: {
      buffer: READ_BUFFER,
      callback(bytes) {
        receive(READ_BUFFER.subarray(0, bytes))
        return true
      },
    },
  })
  socket.on('connect', () =>
    socket.write(
      [
        `GET ${options.path} HTTP/1.1`,
        'Host: 127.0.0.1',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ...(options.apiKey === null ? [] : [`Authorization: Bearer ${options.apiKey}`]),
        '\r\n',
      ].join('\r\n'),
    ),
  )
  socket.on('error', (error) => {
    if (!done) onRefused(error.message)
  })
  socket.on('close', () => {
    if (done) return
    onRefused(`the connection was closed with ${code}`)
    onClose(code)
  })

  function onReady(): void {
    if (!settled) options.onReady()
    settled = true
  }

  function onRefused(why: string): void {
    if (!settled) options.onRefused(why)
    settled = true
  }

  function receive(chunk: Buffer): void {
    const data = rest === null ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    if (!upgraded) {
      at = data.indexOf(HEADERS_END) + HEADERS_END.length
      if (at < HEADERS_END.length) return keep(data)
      const status = data.toString('latin1', 9, 12)
      if (status !== '101') return onRefused(`the handshake was answered with ${status}`)
      upgraded = true
      if (subscribe === null) onReady()
      else socket.write(maskedFrame(TEXT, Buffer.from(JSON.stringify(subscribe))))
    }
    while (data.length - at >= 2) {
      const short = (data[at + 1] as number) & 127
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (data.length - at < head) break
      const length =
        short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2))
      if (data.length - at < head + length) break
      handle((data[at] as number) & 15, data.subarray(at + head, at + head + length))
      at += head + length
    }
    keep(data.subarray(at))
  }

  function keep(data: Buffer): void {
    rest = data.length === 0 ? null : Buffer.from(data)
  }

  function handle(opcode: number, payload: Buffer): void {
    if (opcode === PING) socket.write(maskedFrame(PING + 1, payload))
    else if (opcode === CLOSE) {
      code = payload.length >= 2 ? payload.readUInt16BE(0) : ABNORMAL
      socket.end(maskedFrame(CLOSE, payload.subarray(0, 2)))
    } else {
      const kind = payload.readUInt16BE(KIND_AT)
      if (kind === EVENT) onEvent(() => payload.toString())
      else if (kind === REPLAY_COMPLETE) onReady()
      else if (kind === ERROR) onRefused(payload.toString())
    }
  }

  return {
    mute: () => socket.pause(),
    listen: () => socket.resume(),
    cut() {
      done = true
      socket.resetAndDestroy()
    },
  }
}

/** What a client sends must be masked; a mask of zeros leaves it as it is. */
function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const length =
    payload.length < 126 ? [128 | payload.length] : [128 | 126, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([128 | opcode, ...length, 0, 0, 0, 0]), payload])
}
