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
  /** To be called when the socket is gone. */
  ended(): void
  readonly open: boolean
}

export interface OutboxOwner {
  /** The connection is cut with so many bytes waiting. */
  onSlowConsumer(bufferedBytes: number): void
}

/**
 * @param wire the connection below `socket`
 * @param maxBufferedBytes bytes that may wait for the client
 */
export function createOutbox(
  socket: WebSocket,
  wire: Writable,
  maxBufferedBytes: number,
  owner: OutboxOwner,
): Outbox {
  return new SocketOutbox(socket, wire, maxBufferedBytes, owner)
}

/** A class: its methods are there once, whereas closures would be there ten thousand times. */
class SocketOutbox implements Outbox {
  readonly #socket: WebSocket
  readonly #wire: Writable
  readonly #maxBufferedBytes: number
  readonly #owner: OutboxOwner
  #waiting: (() => void)[] | null = null
  #scheduled = false
  #corked = false
  /** All that was sent in one go is written when the first of it is. */
  readonly #onWritten = () => this.#schedule()

  constructor(socket: WebSocket, wire: Writable, maxBufferedBytes: number, owner: OutboxOwner) {
    this.#socket = socket
    this.#wire = wire
    this.#maxBufferedBytes = maxBufferedBytes
    this.#owner = owner
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  send(frame: Frame): void {
    if (!this.open) return
    const waiting = this.#wire.writableLength
    if (waiting > this.#maxBufferedBytes) {
      this.#owner.onSlowConsumer(waiting)
      this.#socket.close(CLOSE_CODES.slowConsumer, 'slow consumer: resume after the last event')
      return
    }
    // The frame is whole: the library, which neither compresses nor splits anything here, has nothing to add to it.
    if (this.#corked) this.#wire.write(frame)
    else {
      this.#cork()
      this.#wire.write(frame, this.#onWritten)
    }
  }

  full(): boolean {
    return this.open && this.#wire.writableLength > this.#maxBufferedBytes / 4
  }

  room(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting ??= []
      this.#waiting.push(resolve)
      this.#schedule()
    })
  }

  close(code: number, reason: string): void {
    if (this.open) this.#socket.close(code, reason)
  }

  ended(): void {
    this.#schedule()
  }

  /** What is sent in one go, such as a page of a replay, goes out by one call of the system instead of one for each message. */
  #cork(): void {
    this.#corked = true
    this.#wire.cork()
    process.nextTick(SocketOutbox.#uncork, this)
  }

  static #uncork(this: void, outbox: SocketOutbox): void {
    outbox.#corked = false
    outbox.#wire.uncork()
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting === null) return
    this.#scheduled = true
    setImmediate(SocketOutbox.#admit, this)
  }

  /** One at a time, so that each sees what the one before it has sent. */
  static #admit(this: void, outbox: SocketOutbox): void {
    outbox.#scheduled = false
    if (outbox.#waiting === null || outbox.full()) return
    const first = outbox.#waiting.shift()
    if (outbox.#waiting.length === 0) outbox.#waiting = null
    first?.()
    outbox.#schedule()
  }
}
