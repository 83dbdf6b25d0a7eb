import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { print, report, type Row } from './measure/report'
import { readArguments, runBench } from './measure/run-bench'
import { usageOf, usedBetween } from './measure/usage'
import { startCrowd } from './stream/crowd'
import { DEAF, measureFanOut } from './stream/fan-out'
import { createMembers, writeBareClients, writeClients, type Member } from './stream/members'
import { keepPace, p50, p99, type Pace } from './stream/pace'
import { openStage } from './stream/stage'

/*
 * The notifier on its own, with thousands of sockets, beside a bare `ws` server that reads the same events and sends them: messages a
 * second and memory, clients that never read, latency at a steady rate, and all coming back at once.
 * `pnpm bench stream [sockets] [rounds]`
 */
const ORDERS_PER_SECOND = 50
/** Their orders are the ones accepted and executed at a steady rate; each is its turn once in ten seconds. */
const STEADY = ORDERS_PER_SECOND * 10
const PACE_SECONDS = 6
/** Events that each client has missed when all come back. */
const MISSED = 20
/** After this long it is a failure, whatever it waits for. */
const PATIENCE_SECONDS = 300

async function main(): Promise<void> {
  const { sockets, rounds } = readArguments({
    sockets: { full: 10_000, quick: 2_000 },
    rounds: { full: 5, quick: 2 },
  })
  const stage = await openStage()
  const closing: (() => Promise<void>)[] = [stage.close]
  try {
    const members = await createMembers(stage.stack.urls.database, stage.journal, sockets + STEADY + 1)
    const crowdMembers = members.slice(0, sockets)
    const steadyMembers = members.slice(sockets, sockets + STEADY)
    const busy = members.at(-1) as Member
    const crowdOf = async (name: string, of: readonly Member[], timed = false) => {
      const file = join(stage.folder, `${name}.json`)
      if (name === 'bare') writeBareClients(file, of)
      else writeClients(file, of)
      const port = name === 'bare' ? Number(stage.bare.address.split(':')[1]) : stage.notifier.port
      const crowd = await startCrowd(file, port, timed)
      closing.unshift(crowd.stop)
      return crowd
    }
    const bare = await crowdOf('bare', crowdMembers)
    const crowd = await crowdOf('crowd', crowdMembers)
    const steady = await crowdOf('steady', steadyMembers, true)
    const deaf = await crowdOf(
      'deaf',
      Array.from({ length: DEAF }, () => busy),
    )
    const empty = [stage.notifier.pid, stage.bare.pid].map(resident)

    await bare.gather(sockets)
    await crowd.gather(sockets)
    await steady.gather(STEADY)
    print(`${sockets} sockets to each of the two, ${STEADY} for the steady rate`)
    const idle = [stage.notifier.pid, stage.bare.pid].map(resident)

    const pace = (until: Promise<unknown>) =>
      keepPace({
        journal: stage.journal,
        commits: stage.commits,
        members: steadyMembers,
        clients: steady,
        ordersPerSecond: ORDERS_PER_SECOND,
        until,
      })
    await pace(delay(1_000))
    const calm = await pace(delay(PACE_SECONDS * 1_000))
    tell('calm', calm)

    const fanOut = await measureFanOut({ stage, members: crowdMembers, busy, crowd, bare, deaf, rounds })

    await crowd.cut(0, sockets)
    await fanOut.flood.tell(MISSED)
    await fanOut.flood.settle(stage.stack.urls.database)
    // As before the calm: the first orders after a rest take many times as long as those behind them.
    await pace(delay(1_000))
    const had = await crowd.events()
    const used = usageOf(stage.notifier.pid)
    const back = crowd.open(0, sockets, fanOut.flood.seq - MISSED)
    const storm = await pace(back)
    const { cpuSeconds } = usedBetween(used, usageOf(stage.notifier.pid))
    tell('storm', storm)
    const missed = (await crowd.events()) - had
    const { ms: tookMs, refused } = await back
    if (refused === 0 && missed !== sockets * MISSED)
      throw new Error(`${missed} of ${sockets * MISSED} missed events were told`)

    report('stream', [
      ...fanOut.rows,
      ...memoryRows(sockets, empty, idle),
      {
        what: 'append to socket, p50',
        value: ms(p50(calm.fromCall)),
        target: '<= 3 ms',
        met: p50(calm.fromCall) <= 3,
      },
      {
        what: 'append to socket, p99',
        value: ms(p99(calm.fromCall)),
        target: '<= 10 ms',
        met: p99(calm.fromCall) <= 10,
      },
      {
        what: '- of it from the commit on, p50 / p99',
        value: `${ms(p50(calm.fromCommit))} / ${ms(p99(calm.fromCommit))}`,
      },
      ...stormRows({ sockets, tookMs, refused, cpuSeconds, calm, storm }),
    ])
  } finally {
    for (const close of closing) await close()
  }
}

function memoryRows(sockets: number, empty: readonly number[], idle: readonly number[]): Row[] {
  const mib = (bytes = 0) => `${Math.round(bytes / 2 ** 20)} MiB`
  const row = (what: string, of: readonly number[]) => {
    const ratio = (of[0] ?? 0) / (of[1] ?? 1)
    return { what, value: `${mib(of[0])} beside ${mib(of[1])}`, ratio, against: 'bare' }
  }
  const perSocket = idle.map((bytes, i) => (bytes - (empty[i] ?? 0)) / sockets)
  return [
    row('memory, no socket yet', empty),
    row(`memory, ${sockets} idle sockets`, idle),
    {
      what: '- a socket, idle',
      value: `${((perSocket[0] ?? 0) / 1024).toFixed(1)} KiB beside ${((perSocket[1] ?? 0) / 1024).toFixed(1)} KiB`,
    },
  ]
}

interface Storm {
  readonly sockets: number
  readonly tookMs: number
  readonly refused: number
  /** Of the notifier, meanwhile. */
  readonly cpuSeconds: number
  readonly calm: Pace
  readonly storm: Pace
}

function stormRows({ sockets, tookMs, refused, cpuSeconds, calm, storm }: Storm): Row[] {
  const against = (what: string, of: (pace: Pace) => readonly number[]): Row => {
    const ratio = p99(of(storm)) / p99(of(calm))
    const value = `${ms(p99(of(storm)))} beside ${ms(p99(of(calm)))}`
    return { what, value, ratio, against: 'the calm', target: '<= 3', met: ratio <= 3 }
  }
  return [
    {
      what: `${sockets} back at once, ${MISSED} events each`,
      value: `${(tookMs / 1_000).toFixed(1)} s${refused > 0 ? `, ${refused} refused` : ''}`,
      target: '<= 10 s',
      met: tookMs <= 10_000 && refused === 0,
    },
    { what: '- CPU of the notifier a client', value: `${((cpuSeconds / sockets) * 1e6).toFixed(0)} us` },
    against('- new orders meanwhile, p99', ({ accepts }) => accepts),
    against('- their events meanwhile, p99', ({ fromCall }) => fromCall),
  ]
}

const resident = (pid: number) => usageOf(pid).residentBytes
const ms = (value: number) => `${value.toFixed(2)} ms`

function tell(when: string, { accepts, fromCall, fromCommit }: Pace): void {
  const both = (values: readonly number[]) => `${ms(p50(values))} / ${ms(p99(values))}`
  print(
    `  ${when}: accept ${both(accepts)}, append to socket ${both(fromCall)}, commit to socket ${both(fromCommit)} (${fromCall.length})`,
  )
}

runBench(main, PATIENCE_SECONDS)
