import { type Writable } from 'node:stream'
import { type ProblemCode } from '@fillstream/types'
import { type WebSocket } from 'ws'
import { type Credential } from './authentication'
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

/**
 * @param wire the connection below `socket`
 * @param onClose called once, when the socket is gone
 */
export function openClient(
  socket: WebSocket,
  wire: Writable,
  credential: Credential,
  context: StreamContext,
  errorFrame: (code: ProblemCode, message: string) => Frame,
  onClose: () => void,
): Client {
  const { events, ids, limits } = context
  const connectionId = ids.uuid()
  const outbox = createOutbox(socket, wire, {
    maxBufferedBytes: limits.maxBufferedBytes,
    onSlowConsumer: (bufferedBytes) => events.slowConsumerCut(connectionId, bufferedBytes),
  })

  function fail(code: ProblemCode, message: string, closeCode: number): void {
    outbox.send(errorFrame(code, message))
    outbox.close(closeCode, code)
  }

  const identity = createIdentity(context, connectionId, fail)
  const pulse = context.connections.add({
    ping: () => socket.ping(),
    close: (code, reason) => outbox.close(code, reason),
    terminate: () => socket.terminate(),
    onSilent: () => events.heartbeatMissed(connectionId),
  })

  let steps = Promise.resolve()
  function next(step: () => Promise<void> | void): void {
    steps = steps
      .then(() => (outbox.open ? step() : undefined))
      .catch((error: unknown) => {
        events.readFailed('message', error)
        fail('INTERNAL', 'the message could not be handled', 1011)
      })
  }

  function alone(step: () => Promise<void>): void {
    socket.pause()
    next(step)
    steps = steps.finally(() => socket.resume())
  }

  events.connectionOpened()
  socket.on('pong', pulse.pong)
  // A broken frame or one that is too long: the library closes with the fitting code and 'close' follows.
  socket.on('error', () => events.messageRefused(connectionId, 'BROKEN_FRAME'))
  socket.on('close', (code) => {
    pulse.remove()
    identity.end()
    onClose()
    events.connectionClosed({ code, connectionId })
  })
  alone(() => identity.begin(credential))

  return { connectionId, outbox, identity, fail, next, alone }
}
