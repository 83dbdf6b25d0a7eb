import { setTimeout as delay } from 'node:timers/promises'
import { median, perSecond, print, type Row } from '../measure/report'
import { runRounds } from '../measure/rounds'
import { type Crowd } from './crowd'
import { createFlood, padding, type Flood } from './flood'
import { type Member } from './members'
import { createFanOut, type Around } from './round'
import { type Stage } from './stage'

/** Of each client in a round. */
const EVENTS = 5
/** Clients that never read, all of one busy order. */
export const DEAF = 100
/** Of an event of the busy order. */
const BUSY_BYTES = 16_000
/** The busy order's events in a round: enough to overflow those whose buffers were all but full before. */
const BUSY_EVENTS = 40
const TO_THE_BRIM = 20
const CUTS = /notifier_refused_total\{.*slow-consumer/

export interface FanOutStage {
  readonly stage: Stage
  readonly members: readonly Member[]
  readonly busy: Member
  readonly crowd: Crowd
  readonly bare: Crowd
  readonly deaf: Crowd
  readonly rounds: number
}

/** Messages a second of notifier and bare server, and of the notifier with clients beside the others that never read. */
export async function measureFanOut(options: FanOutStage): Promise<{ rows: Row[]; flood: Flood }> {
  const { stage, members, crowd, bare, rounds } = options
  const { stack, notifier, redis, barePrefix } = stage
  const flood = createFlood(redis, stack.keyPrefix, members)
  const bareFlood = createFlood(redis, barePrefix, members)
  const never = await prepareDeaf(options)
  const server = { name: 'notifier', pid: notifier.pid, clients: crowd, members: members.length, flood }
  const contestants = [
    createFanOut({ ...server, name: 'bare', pid: stage.bare.pid, clients: bare, flood: bareFlood }, EVENTS),
    createFanOut(server, EVENTS),
    createFanOut({ ...server, name: 'reading', around: never.beside(true) }, EVENTS),
    createFanOut({ ...server, name: 'deaf', around: never.beside(false) }, EVENTS),
  ] as const
  for (const contestant of contestants.slice(0, 2)) await contestant.run()
  print('  warmed up')
  const found = await runRounds(contestants, rounds)
  const [bareCpu = Number.NaN, cpu = Number.NaN] = contestants.map(({ cpuMicros }) =>
    median(cpuMicros.slice(1)),
  )
  const against = (
    what: string,
    name: string,
    floor: { contestant: string; name: string },
    atLeast: number,
  ) => found.beside(what, 'messages', name, floor, { format: perSecond, atLeast })
  const bareOne = { contestant: 'bare', name: 'bare ws' }
  return {
    flood,
    rows: [
      against(`messages to ${members.length} sockets`, 'notifier', bareOne, 0.5),
      { what: '- CPU a message', value: `${cpu.toFixed(1)} us`, ratio: cpu / bareCpu, against: 'bare ws' },
      against(
        `- with ${DEAF} beside that never read`,
        'deaf',
        { contestant: 'reading', name: `${DEAF} that read` },
        0.9,
      ),
      never.row(),
      // Of every round: what V8 holds goes up and down with its collections.
      found.beside('memory after a fan-out', 'residentMiB', 'notifier', bareOne, {
        format: (mebibytes) => `${Math.round(mebibytes)} MiB`,
        atMost: 2,
      }),
    ],
  }
}

/** Clients of one busy order: those that read, and those that never do until every buffer on the way to them overflows. */
async function prepareDeaf({ stage, busy, deaf }: FanOutStage): Promise<{
  beside(reading: boolean): Around
  row(): Row
}> {
  const flood = createFlood(stage.redis, stage.stack.keyPrefix, [busy], { padding: padding(BUSY_BYTES) })
  const cuts = () => stage.metric(CUTS)
  let opened = 0
  let cut = 0

  /** Events until one that never reads is cut. */
  async function findBrim(): Promise<number> {
    const before = await cuts()
    await deaf.open(0, 1, flood.seq)
    await deaf.mute(0, 1)
    for (let events = 0; events < 5_000; events += 5) {
      await flood.tell(5)
      await delay(10)
      if ((await cuts()) > before) {
        await deaf.cut(0, 1)
        return events
      }
    }
    throw new Error('a client that never reads is never cut')
  }

  const brim = (await findBrim()) - TO_THE_BRIM
  print(
    `  a client that never reads is cut after ${Math.round(((brim + TO_THE_BRIM) * BUSY_BYTES) / 2 ** 10)} KiB`,
  )
  return {
    beside: (reading) => ({
      async before() {
        await deaf.open(0, DEAF, flood.seq)
        if (!reading) await deaf.mute(0, DEAF)
        for (let events = 0; events < brim; events += 10) {
          const had = await deaf.events()
          await flood.tell(10)
          if (reading) await deaf.reach(had + 10 * DEAF)
          else await delay(20)
        }
        if (!reading) cut -= await cuts()
      },
      meanwhile: () => flood.tell(BUSY_EVENTS),
      async after() {
        if (!reading) {
          cut += await cuts()
          opened += DEAF
        }
        await deaf.cut(0, DEAF)
      },
    }),
    row: () => ({
      what: '- of these cut with 4429 meanwhile',
      value: `${cut} of ${opened}`,
      target: 'all',
      met: cut === opened,
    }),
  }
}
