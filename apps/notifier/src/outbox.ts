import { type Writable } from 'node:stream'
import { CLOSE_CODES } from '@fillstream/types'
import { WebSocket } from 'ws'
import { type Frame } from './frames'

/** The sending side of one connection: bounded, whatever the client reads. */
export interface Outbox {
  /** Sends, or cuts the connection (4429) where more than the bound is waiting already. */
  send(frame: Frame): void
  /** Whether a good part of the bound is waiting: whoever can wait, should. */
  full(): boolean
  /** Resolves, first come first served, when it is no longer full; also when the connection is closed. */
  room(): Promise<void>
  /** Starts the closing handshake; what was sent before is delivered first. */
  close(code: number, reason: string): void
  readonly open: boolean
}

export interface OutboxConfig {
  /** Bytes that may wait for a client. */
  readonly maxBufferedBytes: number
  onSlowConsumer(bufferedBytes: number): void
}

/** @param wire the connection below `socket` */
export function createOutbox(
  socket: WebSocket,
  wire: Writable,
  { maxBufferedBytes, onSlowConsumer }: OutboxConfig,
): Outbox {
  const lowWater = maxBufferedBytes / 4
  const waiting: (() => void)[] = []
  let scheduled = false
  let corked = false

  /** What is sent in one go, such as a page of a replay, goes out by one call of the system instead of one for each message. */
  function cork(): void {
    if (corked) return
    corked = true
    wire.cork()
    process.nextTick(uncork)
  }

  function uncork(): void {
    corked = false
    wire.uncork()
  }

  const isOpen = () => socket.readyState === WebSocket.OPEN
  const full = () => isOpen() && socket.bufferedAmount > lowWater

  function schedule(): void {
    if (scheduled || waiting.length === 0) return
    scheduled = true
    setImmediate(admit)
  }

  /** One at a time, so that each sees what the one before it has sent. */
  function admit(): void {
    scheduled = false
    if (full()) return
    waiting.shift()?.()
    schedule()
  }

  socket.on('close', schedule)

  return {
    get open() {
      return isOpen()
    },
    send(frame) {
      if (!isOpen()) return
      const { bufferedAmount } = socket
      if (bufferedAmount > maxBufferedBytes) {
        onSlowConsumer(bufferedAmount)
        socket.close(CLOSE_CODES.slowConsumer, 'slow consumer: resume after the last event')
        return
      }
      cork()
      socket.send(frame, { binary: false }, schedule)
    },
    full,
    room() {
      return new Promise((resolve) => {
        waiting.push(resolve)
        schedule()
      })
    },
    close(code, reason) {
      if (isOpen()) socket.close(code, reason)
    },
  }
}
