import { usageByService } from './measure/engine'
import { analyze, place } from './measure/placing'
import { perSecond, print, report, type Row } from './measure/report'
import { runRounds, type Contestant, type Rounds } from './measure/rounds'
import { closeAll, readArguments, runBench } from './measure/run-bench'
import { openBareQueue, openEngine, openSkeleton, openUsual, type System } from './measure/systems'
import { formatCpu } from './measure/usage'

/*
 * Orders a second from POST to the commit of `confirmed`, against bare BullMQ, the skeleton and the usual way, all in one run on the
 * same Redis and Postgres. The chain of the engine lands at once; the others have none.
 * `pnpm bench pipeline [orders] [rounds] [bullmq|skeleton|usual|engine ...]`
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
    usual: async () => contestant('usual', await openUsual(), Math.ceil(orders / 8)),
    engine: () => engine(orders),
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
  const against = (name: string, atLeast: number, what: string): Row[] =>
    names.has(name)
      ? [
          found.beside(
            what,
            'confirmed',
            'engine',
            { contestant: name, name },
            { format: perSecond, atLeast },
          ),
        ]
      : []
  return [
    ...against('skeleton', 0.75, 'POST to confirmed, beside our wiring without logic'),
    ...against('bullmq', 0.25, 'beside bare BullMQ, add and no-op (stretch)'),
    ...against('usual', 5, 'beside the usual way, no delays'),
  ]
}

function contestant(name: string, { exchange, close }: System, orders: number): Running {
  return {
    name,
    close,
    analyze: () => analyze(exchange),
    async run() {
      const { accepted, confirmed } = await place(exchange, orders, { connections: CONNECTIONS })
      return { accepted, confirmed }
    },
  }
}

async function engine(orders: number): Promise<Running> {
  const { stack, exchange, close } = await openEngine({ chain: 'instant' })
  const bare = contestant('engine', { exchange, close }, orders)
  return {
    ...bare,
    async run() {
      const before = await usageByService(stack)
      const figures = await bare.run()
      print(`  CPU us an order: ${formatCpu(before, await usageByService(stack), orders)}`)
      return figures
    },
  }
}

runBench(main)
