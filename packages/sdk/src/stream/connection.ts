import { FillstreamError } from '../errors'
import { CLOSED, type Platform, type Socket } from '../platform'
import { backOffMs } from '../retry'
import type { Channel, Channels, ServerMessage } from './messages'
import { runSession, type SessionEnd, type SessionTarget } from './session'

/** One channel that somebody wants, wherever the connection stands. */
export interface Subscription<Name extends Channel = Channel> {
  readonly channel: Name
  readonly id: string | null
  /** Asked at every subscribe: where the server shall begin. */
  position(): { readonly afterSeq?: number; readonly cursor?: number }
  /** `taken`: the snapshot itself was news. */
  subscribed(snapshot: Channels[Name]['snapshot']): 'taken' | 'repeat'
  /** `gap`: something between the last event and this one is missing. */
  event(message: Channels[Name]['event']): 'taken' | 'repeat' | 'gap'
  /** The last call it gets. */
  failed(error: unknown): void
}

export interface SubscriptionHandle {
  /** Stops the flow without losing the place: what comes meanwhile is asked for again by `resume`. */
  pause(): void
  resume(): void
  close(): void
}

/** A socket that comes back by itself and carries many subscriptions, until the last of them is closed. */
export interface Connection {
  /** False once it has ended for good. */
  readonly open: boolean
  readonly size: number
  /** Whether it already has this channel, or has not yet heard that it is left. */
  has(channel: Channel, id: string | null): boolean
  add(subscription: Subscription): SubscriptionHandle
}

export interface ConnectionConfig {
  /** Where to connect, with what headers: asked anew every time, as a token serves once. */
  readonly target: (signal: AbortSignal) => Promise<SessionTarget>
  /** Connections in a row that may bring nothing new. */
  readonly maxReconnects: number
}

const BACK_OFF = { baseMs: 250, maxMs: 10_000 }
/** A server that leaves out the same event this often will not bring it. */
const MAX_GAPS = 5

interface Entry {
  readonly subscription: Subscription
  /** `idle`: to be asked for. `asked`: no answer yet, so that events are of an earlier time. */
  phase: 'idle' | 'asked' | 'live' | 'paused'
  gaps: number
  refusals: number
}

export function createConnection(config: ConnectionConfig, platform: Platform): Connection {
  const entries = new Map<string, Entry>()
  const leaving = new Set<string>()
  const stop = new AbortController()
  let started = false
  /** The socket, once the server has said `connected`. */
  let ready: Socket | undefined
  /** Whether this session brought anything new, or lived long enough for a heartbeat. */
  let progressed = false
  /** What the server said of the connection as a whole. */
  let lastError: FillstreamError | undefined

  function send(type: 'subscribe' | 'unsubscribe', { channel, id }: Subscription, rest: object = {}): void {
    ready?.send(JSON.stringify({ type, channel, ...(id === null ? {} : { id }), ...rest }))
  }

  function ask(entry: Entry): void {
    if (!ready) return
    entry.phase = 'asked'
    send('subscribe', entry.subscription, entry.subscription.position())
  }

  function leave(entry: Entry): void {
    if (isWanted(entry)) send('unsubscribe', entry.subscription)
  }

  function remove(key: string, entry: Entry): void {
    if (entries.get(key) !== entry) return
    entries.delete(key)
    if (entries.size === 0) return stop.abort()
    if (ready && isWanted(entry)) leaving.add(key)
    leave(entry)
  }

  function fail(key: string, entry: Entry, error: unknown): void {
    remove(key, entry)
    entry.subscription.failed(error)
  }

  function receive(message: ServerMessage, socket: Socket): void {
    switch (message.type) {
      case 'connected':
        ready = socket
        for (const entry of entries.values()) if (entry.phase === 'idle') ask(entry)
        return
      case 'pong':
        progressed = true
        return
      case 'unsubscribed':
        leaving.delete(keyOf(message.channel, message.id))
        return
      case 'error':
        return refuse(message)
      case 'subscribed': {
        const entry = entries.get(keyOf(message.channel, message.id))
        if (entry?.phase !== 'asked') return
        entry.phase = 'live'
        if (entry.subscription.subscribed(message.snapshot) === 'taken') brought(entry)
        return
      }
      case 'event': {
        const key = keyOf(message.channel, message.id)
        const entry = entries.get(key)
        if (entry?.phase === 'live') take(key, entry, message)
        return
      }
      case 'replayComplete':
        return
    }
  }

  function brought(entry: Entry): void {
    progressed = true
    entry.gaps = entry.refusals = 0
  }

  function take(key: string, entry: Entry, message: Channels[Channel]['event']): void {
    const outcome = entry.subscription.event(message)
    if (outcome === 'taken') brought(entry)
    else if (outcome === 'gap') {
      if (++entry.gaps > MAX_GAPS)
        return fail(key, entry, new FillstreamError('PROTOCOL_ERROR', 'the stream leaves out events'))
      leave(entry)
      ask(entry)
    }
  }

  function refuse(message: Extract<ServerMessage, { type: 'error' }>): void {
    const error = new FillstreamError(message.code, message.message, { retryable: message.retryable })
    if (message.channel === undefined) {
      lastError = error
      return
    }
    const key = keyOf(message.channel, message.id ?? null)
    const entry = entries.get(key)
    if (!entry) return
    if (!message.retryable || ++entry.refusals > config.maxReconnects) return fail(key, entry, error)
    const socket = ready
    entry.phase = 'idle'
    platform.sleep(backOffMs(entry.refusals, platform.random(), BACK_OFF), stop.signal).then(
      () => {
        if (ready === socket && entries.get(key) === entry && entry.phase === 'idle') ask(entry)
      },
      () => undefined,
    )
  }

  async function session(): Promise<SessionEnd> {
    progressed = false
    lastError = undefined
    try {
      const target = await config.target(stop.signal)
      stop.signal.throwIfAborted()
      return await runSession(target, platform, stop.signal, receive)
    } catch (error) {
      if (!(error instanceof FillstreamError) || !error.retryable) throw error
      lastError = error
      return { code: CLOSED.lost, reason: error.message }
    } finally {
      ready = undefined
      leaving.clear()
      for (const entry of entries.values()) if (entry.phase !== 'paused') entry.phase = 'idle'
    }
  }

  async function run(): Promise<void> {
    let failures = 0
    let unauthenticated = 0
    while (entries.size > 0) {
      const end = await session()
      if (entries.size === 0) return
      unauthenticated = end.code === CLOSED.unauthenticated ? unauthenticated + 1 : 0
      const final = finalError(end, unauthenticated, lastError, platform.streamAuth)
      if (final) throw final
      failures = progressed ? 1 : failures + 1
      if (failures > config.maxReconnects) throw lastError ?? unreachable(end)
      await platform.sleep(backOffMs(failures, platform.random(), BACK_OFF), stop.signal)
    }
  }

  function start(): void {
    if (started) return
    started = true
    run().catch((error: unknown) => {
      for (const [key, entry] of [...entries]) fail(key, entry, error)
    })
  }

  return {
    get open() {
      return !stop.signal.aborted
    },
    get size() {
      return entries.size
    },
    has: (channel, id) => entries.has(keyOf(channel, id)) || leaving.has(keyOf(channel, id)),
    add: (subscription) => {
      const key = keyOf(subscription.channel, subscription.id)
      const entry: Entry = { subscription, phase: 'idle', gaps: 0, refusals: 0 }
      entries.set(key, entry)
      ask(entry)
      start()
      return {
        pause: () => {
          if (entries.get(key) !== entry) return
          leave(entry)
          entry.phase = 'paused'
        },
        resume: () => {
          if (entries.get(key) !== entry || entry.phase !== 'paused') return
          entry.phase = 'idle'
          ask(entry)
        },
        close: () => remove(key, entry),
      }
    },
  }
}

/** What no further connection can mend, if that is how this one ended. */
function finalError(
  end: SessionEnd,
  unauthenticated: number,
  said: FillstreamError | undefined,
  auth: Platform['streamAuth'],
): FillstreamError | undefined {
  if (end.code === CLOSED.forbidden) return new FillstreamError('FORBIDDEN', end.reason)
  if (end.code === CLOSED.protocolError)
    return said ?? new FillstreamError('PROTOCOL_ERROR', end.reason || 'the stream refused a message')
  // A token may have run out on its way: a second one has not.
  if (unauthenticated > (auth === 'token' ? 1 : 0))
    return said ?? new FillstreamError('UNAUTHENTICATED', end.reason || 'the stream refused the credential')
  return said?.retryable === false && unauthenticated === 0 ? said : undefined
}

function unreachable(end: SessionEnd): FillstreamError {
  const why = end.reason || `closed with ${end.code}`
  return new FillstreamError('UNREACHABLE', `the stream cannot be reached: ${why}`, { retryable: true })
}

function isWanted(entry: Entry): boolean {
  return entry.phase === 'asked' || entry.phase === 'live'
}

function keyOf(channel: string, id: string | null): string {
  return `${channel} ${id ?? ''}`
}
