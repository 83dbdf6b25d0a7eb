import { type Clock, startLoop, type Loop } from '@fillstream/runtime'

/** A connection as the heartbeat and the shutdown see it. */
export interface Connection {
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
  /** Returns what to call at each pong, and when it is closed. */
  add(connection: Connection): { pong(): void; remove(): void }
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

interface Pulse {
  pingedAt: number
  waiting: boolean
}

const GOING_AWAY = 1001
/** While connections are closed little by little. */
const CLOSE_EVERY_MS = 10

export function createConnections(
  config: ConnectionsConfig,
  clock: Clock,
  onError: (error: unknown) => void,
): Connections {
  const pulses = new Map<Connection, Pulse>()
  const perAccount = new Map<string, number>()
  const lookEveryMs = Math.min(1_000, Math.ceil(config.pongTimeoutMs / 4))
  let lookedAt = clock.monotonic()
  let emptied: () => void = () => undefined

  /** Time that this process stood still does not count against those who may have answered meanwhile. */
  function forgive(ms: number): void {
    for (const pulse of pulses.values()) if (pulse.waiting) pulse.pingedAt += ms
  }

  function look(): void {
    const now = clock.monotonic()
    const late = now - lookedAt - lookEveryMs
    if (late > lookEveryMs) forgive(late)
    lookedAt = now
    for (const [connection, pulse] of pulses) {
      const since = now - pulse.pingedAt
      if (pulse.waiting && since >= config.pongTimeoutMs) {
        connection.onSilent()
        connection.terminate()
      } else if (!pulse.waiting && since >= config.heartbeatMs) {
        pulse.pingedAt = now
        pulse.waiting = true
        connection.ping()
      }
    }
  }

  async function sayGoodbye(spreadMs: number): Promise<void> {
    const all = [...pulses.keys()]
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

  const loop: Loop = startLoop(clock, lookEveryMs, () => Promise.resolve(look()), onError)

  return {
    get size() {
      return pulses.size
    },
    add(connection) {
      const pulse: Pulse = { pingedAt: clock.monotonic(), waiting: false }
      pulses.set(connection, pulse)
      return {
        pong() {
          pulse.waiting = false
        },
        remove() {
          pulses.delete(connection)
          if (pulses.size === 0) emptied()
        },
      }
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
      if (pulses.size === 0) return
      await sayGoodbye(spreadMs)
      if (pulses.size === 0) return
      const grace = new AbortController()
      await Promise.race([empty, clock.sleep(graceMs, grace.signal).catch(() => undefined)])
      grace.abort()
      for (const connection of pulses.keys()) connection.terminate()
    },
  }
}
