import { type Server } from 'node:http'
import { type Socket } from 'node:net'
import { type Clock } from '@fillstream/runtime'
import { destroyBroken } from './broken-socket'
import { type Turns } from './turns'

/** The connections of a crowd that are taken, but not served yet. */
export interface Arrivals {
  /** Ends them. */
  close(): void
}

/** Of a turn, for beginning to serve; what this brings is read in the next one. */
const SLICE_MS = 1
/** Connections at most whose request is awaited: all of these may come in one turn, and cost 35 us each. */
const MAX_AWAITED = 64
/** After this long it is no longer waited for, so that those who say nothing hold up nobody: 3,200 of them pass in a second. */
const AWAITED_MS = 20

/**
 * Takes connections at once, but begins to read from them little by little: the event loop reads whatever it finds in one go, and a
 * crowd that comes back together brings thousands of requests.
 */
export function serveInTurn(
  server: Server,
  turns: Turns,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
): Arrivals {
  const lane = turns.lane(SLICE_MS)
  const waiting: Socket[] = []
  /** Since when, oldest first. */
  const awaited = new Map<Socket, number>()
  /** Of those that wait: so many are on the lane. */
  let admitted = 0
  let sleeping = false
  const serve = server.listeners('connection')

  function serveNext(): void {
    admitted -= 1
    const socket = waiting.shift()
    if (!socket || socket.destroyed) return admit()
    socket.off('error', destroyBroken)
    awaited.set(socket, clock.monotonic())
    for (const listener of serve) Reflect.apply(listener, server, [socket])
    socket.resume()
  }

  function admit(): void {
    const before = clock.monotonic() - AWAITED_MS
    for (const [socket, since] of awaited) {
      if (since > before) break
      awaited.delete(socket)
    }
    while (admitted < waiting.length && admitted + awaited.size < MAX_AWAITED) {
      admitted += 1
      lane.do(serveNext)
    }
    if (admitted < waiting.length && !sleeping) void admitLater()
  }

  async function admitLater(): Promise<void> {
    sleeping = true
    await clock.sleep(AWAITED_MS)
    sleeping = false
    admit()
  }

  function heard({ socket }: { readonly socket: Socket }): void {
    if (awaited.delete(socket)) admit()
  }

  // An option of the server below, which node:http does not pass on: no data is read before `resume`.
  Object.assign(server, { pauseOnConnect: true })
  server.removeAllListeners('connection')
  server.on('connection', (socket) => {
    turns.newcomer()
    socket.on('error', destroyBroken)
    waiting.push(socket)
    admit()
  })
  server.prependListener('request', heard)
  server.prependListener('upgrade', heard)
  return {
    close() {
      for (const socket of waiting) socket.destroy()
    },
  }
}
