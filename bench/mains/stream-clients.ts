import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openRawClient, type RawClient } from './raw-client'

/*
 * Thousands of WebSocket clients on raw sockets, in a process of their own: a client of few instructions, since it shares the cores
 * with what is measured. Told what to do by lines on standard input, each answered by one line.
 */

/** A client: its number is its place in the file. */
export interface ClientEntry {
  /** Path and query of the handshake. */
  readonly path: string
  /** Null where the server asks for none. */
  readonly apiKey: string | null
  /** The order to subscribe to; null where the handshake says it. */
  readonly orderId: string | null
}

const { CLIENTS_FILE = '', SERVER_PORT = '', TIMED = '' } = process.env
const timed = TIMED === 'true'
const entries = JSON.parse(readFileSync(CLIENTS_FILE, 'utf8')) as readonly ClientEntry[]
const clients = new Map<number, RawClient>()
const closeCodes = new Map<number, number>()
/** [client, seq, ms on the machine's monotonic clock] of each event, where they are timed. */
let arrivals: [number, number, number][] = []
let events = 0
let wanted = Infinity
let reached: () => void = () => undefined

const SEQ = /"seq":(\d+)/

function onEvent(n: number, payload: () => string): void {
  events += 1
  if (timed) arrivals.push([n, Number(SEQ.exec(payload())?.[1]), Number(process.hrtime.bigint()) / 1e6])
  if (events >= wanted) reached()
}

/**
 * Opens clients at once and resolves when each has what it missed, or was refused, with the number of these. `after`: the seq
 * that they resume after.
 */
function open(first: number, count: number, after: number): Promise<number> {
  let waiting = count
  let refused = 0
  return new Promise((resolve) => {
    const settled = () => {
      waiting -= 1
      if (waiting === 0) resolve(refused)
    }
    for (let n = first; n < first + count; n += 1) {
      const entry = entries[n] as ClientEntry
      const client = openRawClient({
        port: Number(SERVER_PORT),
        // Each loopback address has ports of its own.
        localAddress: `127.0.1.${(n % 8) + 1}`,
        path: entry.path,
        apiKey: entry.apiKey,
        subscribe:
          entry.orderId === null
            ? null
            : { type: 'subscribe', channel: 'order', id: entry.orderId, afterSeq: after },
        onReady: settled,
        onEvent: (payload) => onEvent(n, payload),
        onClose: (code) => {
          closeCodes.set(code, (closeCodes.get(code) ?? 0) + 1)
          if (clients.get(n) === client) clients.delete(n)
        },
        onRefused(why) {
          if (refused === 0) process.stderr.write(`client ${n} is refused: ${why}\n`)
          refused += 1
          settled()
        },
      })
      clients.set(n, client)
    }
  })
}

function each(first: number, count: number, act: (client: RawClient) => void): void {
  for (let n = first; n < first + count; n += 1) {
    const client = clients.get(n)
    if (client) act(client)
  }
}

async function answer(
  command: string,
  [first = 0, count = 0, after = 0]: readonly number[],
): Promise<string> {
  switch (command) {
    case 'open': {
      const began = performance.now()
      const refused = await open(first, count, after)
      return `${performance.now() - began} ${refused}`
    }
    case 'cut':
      each(first, count, (client) => client.cut())
      return 'cut'
    case 'mute':
      each(first, count, (client) => client.mute())
      return 'mute'
    case 'listen':
      each(first, count, (client) => client.listen())
      return 'listening'
    case 'events':
      return String(events)
    case 'reach':
      await new Promise<void>((resolve) => {
        wanted = first
        reached = resolve
        if (events >= wanted) resolve()
      })
      wanted = Infinity
      return 'reached'
    case 'arrivals': {
      const told = JSON.stringify(arrivals)
      arrivals = []
      return told
    }
    case 'codes':
      return JSON.stringify([...closeCodes])
    default:
      throw new Error(`unknown command ${command}`)
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const [command = '', ...numbers] = line.split(' ')
  answer(command, numbers.map(Number)).then(
    (text) => process.stdout.write(`${text}\n`),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})
// The driver is gone.
process.stdin.on('end', () => process.exit(0))
process.stdout.write('ready 0\n')
