import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, startLoop, type Loop } from '@fillstream/runtime'

/** A connection as the heartbeat and the shutdown see it. */
export interface Connection {
  /** Notes of the heartbeat: when it last asked, and whether the answer is still to come. */
  pingedAt: number
  awaitsPong: boolean
  ping(): void
  /** Ends it politely with a close code. */
  close(code: number, reason: string): void
  /** Ends it at once. */
  terminate(): void
  /** Called when it did not answer a ping in time. */
  onSilent(): void
}

/** All open connections of this process. */
export interface Connections {
  readonly size: number
  add(connection: Connection): void
  /** To be called when it is closed. */
  remove(connection: Connection): void
  /** Counts a connection of the account; false where it has as many as it may. */
  admit(accountId: string): boolean
  release(accountId: string): void
  /**
   * Closes all with 1001, evenly over `spreadMs`, so that they do not all come back in one moment, and cuts those that have not
   * gone `graceMs` after the last was told.
   */
  closeAll(spreadMs: number, graceMs: number): Promise<void>
}

export interface ConnectionsConfig {
  readonly heartbeatMs: number
  /** How long a ping may go unanswered. */
  readonly pongTimeoutMs: number
  readonly maxPerAccount: number
}

const GOING_AWAY = 1001
/** Before the event loop is let go on: about a millisecond of work. */
const PINGS_AT_ONCE = 64
/** While connections are closed little by little. */
const CLOSE_EVERY_MS = 10

export function createConnections(
  config: ConnectionsConfig,
  clock: Clock,
  onError: (error: unknown) => void,
): Connections {
  const open = new Set<Connection>()
  const perAccount = new Map<string, number>()
  const lookEveryMs = Math.min(1_000, Math.ceil(config.pongTimeoutMs / 4))
  let lookedAt = clock.monotonic()
  let emptied: () => void = () => undefined

  /** Time that this process stood still does not count against those who may have answered meanwhile. */
  function forgive(ms: number): void {
    for (const connection of open) if (connection.awaitsPong) connection.pingedAt += ms
  }

  /** Those who came together are asked together, but not in one go: it would hold up everybody's events. */
  async function look(stopping: AbortSignal): Promise<void> {
    const now = clock.monotonic()
    const late = now - lookedAt - lookEveryMs
    if (late > lookEveryMs) forgive(late)
    lookedAt = now
    let pings = 0
    for (const connection of open) {
      const since = now - connection.pingedAt
      if (connection.awaitsPong && since >= config.pongTimeoutMs) {
        connection.onSilent()
        connection.terminate()
      } else if (!connection.awaitsPong && since >= config.heartbeatMs) {
        connection.pingedAt = now
        connection.awaitsPong = true
        connection.ping()
        pings += 1
        if (pings % PINGS_AT_ONCE === 0) await nextTurn()
        if (stopping.aborted) return
      }
    }
  }

  async function sayGoodbye(spreadMs: number): Promise<void> {
    const all = [...open]
    const began = clock.monotonic()
    for (let told = 0; told < all.length;) {
      const share = spreadMs > 0 ? (clock.monotonic() - began) / spreadMs : 1
      const due = Math.ceil(all.length * Math.min(1, share))
      for (const connection of all.slice(told, due))
        connection.close(GOING_AWAY, 'the service is restarting: reconnect and resume')
      told = due
      if (told < all.length) await clock.sleep(CLOSE_EVERY_MS)
    }
  }

  const loop: Loop = startLoop(clock, lookEveryMs, look, onError)

  return {
    get size() {
      return open.size
    },
    add(connection) {
      connection.pingedAt = clock.monotonic()
      connection.awaitsPong = false
      open.add(connection)
    },
    remove(connection) {
      open.delete(connection)
      if (open.size === 0) emptied()
    },
    admit(accountId) {
      const count = perAccount.get(accountId) ?? 0
      if (count >= config.maxPerAccount) return false
      perAccount.set(accountId, count + 1)
      return true
    },
    release(accountId) {
      const count = (perAccount.get(accountId) ?? 0) - 1
      if (count > 0) perAccount.set(accountId, count)
      else perAccount.delete(accountId)
    },
    async closeAll(spreadMs, graceMs) {
      await loop.stop()
      const empty = new Promise<void>((resolve) => (emptied = resolve))
      if (open.size === 0) return
      await sayGoodbye(spreadMs)
      if (open.size === 0) return
      const grace = new AbortController()
      await Promise.race([empty, clock.sleep(graceMs, grace.signal).catch(() => undefined)])
      grace.abort()
      for (const connection of open) connection.terminate()
    },
  }
}
