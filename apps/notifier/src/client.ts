import { type Writable } from 'node:stream'
import { type ProblemCode } from '@fillstream/types'
import { type RawData, type WebSocket } from 'ws'
import { type Credential } from './authentication'
import { type Connection } from './connections'
import { type StreamContext } from './context'
import { type Frame } from './frames'
import { createIdentity, type Identity } from './identity'
import { createOutbox, type Outbox } from './outbox'

/** One open socket: its sending side, its heartbeat and whose it is. What is said over it is the protocol's. */
export interface Client {
  readonly connectionId: string
  readonly outbox: Outbox
  readonly identity: Identity
  /** Says what is wrong and ends the connection. */
  fail(code: ProblemCode, message: string, closeCode: number): void
  /** Runs steps one after the other, the judging of the handshake before all; none runs after the end. */
  next(step: () => Promise<void> | void): void
  /** Like `next`, for a step during which no more messages are to be read. */
  alone(step: () => Promise<void>): void
}

/** What is spoken on a connection. */
export interface Protocol {
  errorFrame(code: ProblemCode, message: string): Frame
  /** Not called before the handshake is judged. */
  onMessage(data: RawData, isBinary: boolean): void
  /** Called once, when the socket is gone. */
  onClose(): void
}

/** @param wire the connection below `socket` */
export function openClient(
  socket: WebSocket,
  wire: Writable,
  credential: Credential,
  context: StreamContext,
  protocol: Protocol,
): Client {
  return new SocketClient(socket, wire, credential, context, protocol)
}

/** Where the listeners, which all sockets share, find the client: a closure for each event of each socket adds up. */
const CLIENT = Symbol('client')
type ClientSocket = WebSocket & { [CLIENT]?: SocketClient }

type Step = () => Promise<void> | void

class SocketClient implements Client, Connection {
  readonly connectionId: string
  readonly outbox: Outbox
  readonly identity: Identity
  pingedAt = 0
  awaitsPong = false
  readonly #socket: ClientSocket
  readonly #context: StreamContext
  readonly #protocol: Protocol
  /** A step is under way; those behind it wait. */
  #busy = false
  #waiting: Step[] | null = null

  constructor(
    socket: WebSocket,
    wire: Writable,
    credential: Credential,
    context: StreamContext,
    protocol: Protocol,
  ) {
    this.connectionId = context.ids.uuid()
    this.#socket = socket
    this.#context = context
    this.#protocol = protocol
    this.outbox = createOutbox(socket, wire, context.limits.maxBufferedBytes, this)
    this.identity = createIdentity(context, this)
    context.connections.add(this)
    context.events.connectionOpened()
    this.#socket[CLIENT] = this
    socket.on('message', onMessage)
    socket.on('pong', onPong)
    socket.on('error', onError)
    socket.on('close', onClose)
    this.alone(() => this.identity.begin(credential))
  }

  ping(): void {
    this.#socket.ping()
  }

  close(code: number, reason: string): void {
    this.outbox.close(code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  onSilent(): void {
    this.#context.events.heartbeatMissed(this.connectionId)
  }

  onSlowConsumer(bufferedBytes: number): void {
    this.#context.events.slowConsumerCut(this.connectionId, bufferedBytes)
  }

  fail(code: ProblemCode, message: string, closeCode: number): void {
    this.outbox.send(this.#protocol.errorFrame(code, message))
    this.outbox.close(closeCode, code)
  }

  next(step: Step): void {
    this.#take(() => (this.outbox.open ? step() : undefined))
  }

  alone(step: () => Promise<void>): void {
    this.#socket.pause()
    this.#take(async () => {
      try {
        if (this.outbox.open) await step()
      } finally {
        this.#socket.resume()
      }
    })
  }

  message(data: RawData, isBinary: boolean): void {
    this.#protocol.onMessage(data, isBinary)
  }

  brokenFrame(): void {
    this.#context.events.messageRefused(this.connectionId, 'BROKEN_FRAME')
  }

  ended(code: number): void {
    const { connectionId } = this
    this.outbox.ended()
    this.#context.connections.remove(this)
    this.identity.end()
    this.#protocol.onClose()
    this.#context.events.connectionClosed({ code, connectionId })
  }

  #take(step: Step): void {
    if (!this.#busy) {
      this.#run(step)
      return
    }
    this.#waiting ??= []
    this.#waiting.push(step)
  }

  #run(step: Step): void {
    try {
      const running = step()
      if (running === undefined) return
      this.#busy = true
      void running.catch((error: unknown) => this.#failed(error)).then(() => this.#runWaiting())
    } catch (error) {
      this.#failed(error)
    }
  }

  #runWaiting(): void {
    this.#busy = false
    while (!this.#busy) {
      const step = this.#waiting?.shift()
      if (step === undefined) break
      this.#run(step)
    }
    if (this.#waiting?.length === 0) this.#waiting = null
  }

  #failed(error: unknown): void {
    this.#context.events.readFailed('message', error)
    this.fail('INTERNAL', 'the message could not be handled', 1011)
  }
}

function onMessage(this: ClientSocket, data: RawData, isBinary: boolean): void {
  this[CLIENT]?.message(data, isBinary)
}

function onPong(this: ClientSocket): void {
  if (this[CLIENT]) this[CLIENT].awaitsPong = false
}

/** A broken frame or one that is too long: the library closes with the fitting code and 'close' follows. */
function onError(this: ClientSocket): void {
  this[CLIENT]?.brokenFrame()
}

function onClose(this: ClientSocket, code: number): void {
  this[CLIENT]?.ended(code)
}
