import { place, warmUp } from './measure/placing'
import { perSecond, report, type Row } from './measure/report'
import { runRounds, type Figures } from './measure/rounds'
import { readArguments, runBench } from './measure/run-bench'
import { openEngine } from './measure/systems'

/*
 * How the rate of `pipeline` bends with copies of the services that work on an order, beside one of each, as far as the cores of one
 * machine go. `pnpm bench copies [orders] [rounds]`
 */
const ARRANGEMENTS = {
  'one of each': {},
  'two order-workers': { 'order-worker': 2 },
  'two dex-routers': { 'dex-router': 2 },
  'two of both': { 'order-worker': 2, 'dex-router': 2 },
} as const
type Arrangement = keyof typeof ARRANGEMENTS
const NAMES = Object.keys(ARRANGEMENTS) as Arrangement[]
const ONE = NAMES[0] as Arrangement
const CONNECTIONS = 64

async function main(): Promise<void> {
  const { orders, rounds } = readArguments({
    orders: { full: 6_000, quick: 1_500 },
    rounds: { full: 3, quick: 1 },
  })
  const contestants = NAMES.map((name) => ({ name, run: () => rateOf(name, orders) }))
  const found = await runRounds(contestants, rounds)
  const row = (name: Arrangement): Row =>
    found.beside(name, 'confirmed', name, { contestant: ONE, name: ONE }, { format: perSecond })
  report('copies', [
    { what: ONE, value: perSecond(found.median(ONE, 'confirmed')) },
    ...NAMES.slice(1).map(row),
  ])
}

/** Each engine has the machine to itself: one that is idle beside it would take a part of a core. */
async function rateOf(name: Arrangement, orders: number): Promise<Figures> {
  const { exchange, close } = await openEngine({ chain: 'instant', copies: ARRANGEMENTS[name] })
  try {
    await warmUp(exchange, orders)
    const { confirmed } = await place(exchange, orders, { connections: CONNECTIONS })
    return { confirmed }
  } finally {
    await close()
  }
}

runBench(main)
