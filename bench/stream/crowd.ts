import { startYardstick } from '../measure/yardstick'

/** A process with many clients, which are numbered. */
export interface Crowd {
  /** Opens clients at once; `after` is the seq that they resume after. Resolves when each has what it missed or was refused. */
  open(
    first: number,
    count: number,
    after: number,
  ): Promise<{ readonly ms: number; readonly refused: number }>
  /** Opens clients from the start of their orders, a part of them at a time. Rejects where any is refused. */
  gather(count: number): Promise<void>
  /** Ends connections at once, as a network that breaks. */
  cut(first: number, count: number): Promise<void>
  /** They stop reading. */
  mute(first: number, count: number): Promise<void>
  listen(first: number, count: number): Promise<void>
  /** Events that have come to all clients so far. */
  events(): Promise<number>
  /** Resolves when so many have come. */
  reach(events: number): Promise<void>
  /** What came since the last call, where it is timed. */
  arrivals(): Promise<readonly Arrival[]>
  /** Connections that the server has ended, by close code. */
  closed(): Promise<ReadonlyMap<number, number>>
  stop(): Promise<void>
}

/** `at`: ms on the machine's monotonic clock, as `now` has it. */
export type Arrival = readonly [client: number, seq: number, at: number]

/** Clients that are opened at once where all that matters is that they are there. */
const PART = 500

/** Ms on a clock that all processes of the machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** @param file what the clients are: an array of ClientEntry */
export async function startCrowd(file: string, port: number, timed = false): Promise<Crowd> {
  const env = { CLIENTS_FILE: file, SERVER_PORT: String(port), TIMED: String(timed) }
  const { ask, stop } = await startYardstick('stream-clients', env, 'mains')
  const tell = async (line: string) => void (await ask(line))
  const open: Crowd['open'] = async (first, count, after) => {
    const [ms = Number.NaN, refused = Number.NaN] = (await ask(`open ${first} ${count} ${after}`))
      .split(' ')
      .map(Number)
    return { ms, refused }
  }
  return {
    open,
    async gather(count) {
      for (let first = 0; first < count; first += PART) {
        const { refused } = await open(first, Math.min(PART, count - first), 0)
        if (refused > 0) throw new Error(`${refused} clients were refused`)
      }
    },
    cut: (first, count) => tell(`cut ${first} ${count}`),
    mute: (first, count) => tell(`mute ${first} ${count}`),
    listen: (first, count) => tell(`listen ${first} ${count}`),
    events: async () => Number(await ask('events')),
    reach: (events) => tell(`reach ${events}`),
    arrivals: async () => JSON.parse(await ask('arrivals')) as Arrival[],
    closed: async () => new Map(JSON.parse(await ask('codes')) as [number, number][]),
    stop,
  }
}
