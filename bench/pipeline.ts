import { analyze, place } from './measure/placing'
import { perSecond, print, report, type Row } from './measure/report'
import { runRounds, type Contestant, type Rounds } from './measure/rounds'
import { closeAll, readArguments, runBench } from './measure/run-bench'
import {
  openBareQueue,
  openEngine,
  openLadenSkeleton,
  openSkeleton,
  openUsual,
  type System,
} from './measure/systems'
import { formatCpu } from './measure/usage'

/*
 * Orders a second from POST to the commit of `confirmed`, against bare BullMQ, the skeleton (bare, and laden with what an
 * order carries) and the usual way, all in one run on the
 * same Redis and Postgres. The chain of the engine lands at once; the others have none.
 * `pnpm bench pipeline [orders] [rounds] [bullmq|skeleton|laden|usual|engine ...]`
 */
const CONNECTIONS = 64

type Running = Contestant & {
  analyze(): Promise<unknown>
  close(): Promise<void>
}

async function main(): Promise<void> {
  const { orders, rounds, words } = readArguments({
    orders: { full: 8_000, quick: 2_000 },
    rounds: { full: 3, quick: 2 },
  })
  const makers: Readonly<Record<string, () => Promise<Running>>> = {
    bullmq: async () => {
      const bare = await openBareQueue()
      const run = async () => ({ confirmed: await bare.work(orders * 2) })
      return { name: 'bullmq', run, analyze: () => Promise.resolve(), close: () => bare.close() }
    },
    skeleton: async () => contestant('skeleton', await openSkeleton(), orders),
    laden: async () => contestant('laden', await openLadenSkeleton(), orders),
    usual: async () => contestant('usual', await openUsual(), Math.ceil(orders / 8)),
    engine: async () => contestant('engine', await openEngine({ chain: 'instant' }), orders),
  }
  const systems: Running[] = []
  try {
    for (const [name, make] of Object.entries(makers))
      if (words.length === 0 || words.includes(name)) systems.push(await make())
    for (const system of systems) {
      await system.run()
      await system.analyze()
    }
    print('warmed up')
    const found = await runRounds(systems, rounds)
    report('pipeline', rowsOf(found, new Set(systems.map(({ name }) => name))))
  } finally {
    await closeAll(systems)
  }
}

function rowsOf(found: Rounds, names: ReadonlySet<string>): Row[] {
  if (!names.has('engine'))
    return [...names].map((name) => ({ what: name, value: perSecond(found.median(name, 'confirmed')) }))
  const against = (name: string, what: string, atLeast?: number): Row[] =>
    names.has(name)
      ? [
          found.beside(
            what,
            'confirmed',
            'engine',
            { contestant: name, name },
            { format: perSecond, ...(atLeast !== undefined && { atLeast }) },
          ),
        ]
      : []
  return [
    ...against('skeleton', 'POST to confirmed, beside our wiring without logic', 0.75),
    ...against('laden', 'beside that wiring with quote, signatures and the rows of an order'),
    ...against('bullmq', 'beside bare BullMQ, add and no-op (stretch)', 0.25),
    ...against('usual', 'beside the usual way, no delays', 5),
  ]
}

function contestant(name: string, { exchange, usage, close }: System, orders: number): Running {
  return {
    name,
    close,
    analyze: () => analyze(exchange),
    async run() {
      const before = await usage()
      const { accepted, confirmed } = await place(exchange, orders, { connections: CONNECTIONS })
      print(`  CPU us an order: ${formatCpu(before, await usage(), orders)}`)
      return { accepted, confirmed }
    },
  }
}

runBench(main)
