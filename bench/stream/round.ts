import { type Contestant } from '../measure/rounds'
import { print } from '../measure/report'
import { usageOf, usedBetween } from '../measure/usage'
import { type Crowd } from './crowd'
import { type Flood } from './flood'

/** What else happens in a round: `meanwhile` puts its own events on the stream while the server stands still. */
export interface Around {
  before(): Promise<void>
  meanwhile(): Promise<void>
  after(): Promise<void>
}

/** A server whose clients follow an order each. */
export interface Server {
  readonly name: string
  readonly pid: number
  readonly clients: Crowd
  readonly members: number
  readonly flood: Flood
  /** Around each round, where there is more than the clients. */
  readonly around?: Around
}

export interface FanOut extends Contestant {
  /** CPU of the server for a message, us, of each round. */
  readonly cpuMicros: readonly number[]
}

/**
 * Messages a second: the server stands still while the events are put on the stream, then has them all before it, so that what is
 * measured is its own pace and not that of the stream's writer.
 * @param events of each client in a round
 */
export function createFanOut({ name, pid, clients, members, flood, around }: Server, events: number): FanOut {
  const cpuMicros: number[] = []
  return {
    name,
    cpuMicros,
    async run() {
      await around?.before()
      const expected = (await clients.events()) + members * events
      process.kill(pid, 'SIGSTOP')
      try {
        await around?.meanwhile()
        await flood.tell(events)
      } finally {
        process.kill(pid, 'SIGCONT')
      }
      const before = usageOf(pid)
      const began = performance.now()
      await clients.reach(expected)
      const seconds = (performance.now() - began) / 1_000
      const after = usageOf(pid)
      const { cpuSeconds } = usedBetween(before, after)
      const messages = members * events
      cpuMicros.push((cpuSeconds / messages) * 1e6)
      print(
        `    ${name}: ${Math.round(messages / seconds)} messages/s, ${(cpuMicros.at(-1) ?? 0).toFixed(1)} us of CPU each`,
      )
      await around?.after()
      return { messages: messages / seconds, residentMiB: after.residentBytes / 2 ** 20 }
    },
  }
}
