import fc from 'fast-check'
import { type Fault, type TaskKind } from './gates'
import { type Landing } from './transactions'
import { type ProcessName, type World, type WorkerName } from './world'

/**
 * What may happen in a run. The world is its own model: the chain's truth and what clients were told are kept in it,
 * and after every command nothing may have happened that must not.
 */
type Command = fc.AsyncCommand<World, World>

function command(name: string, can: (world: World) => boolean, act: (world: World) => unknown): Command {
  return {
    check: can,
    async run(world) {
      await act(world)
      world.assertSound()
    },
    toString: () => name,
  }
}

const pick = fc.nat({ max: 7 })
const worker = fc.constantFrom<WorkerName>('worker A', 'worker B')
const at = <Item>(items: readonly Item[], place: number) => items[place % items.length] as Item

const place = fc.nat({ max: 3 }).map((key) =>
  command(
    `place order ${key}`,
    () => true,
    (world) => world.place(key),
  ),
)

const cancel = pick.map((order) =>
  command(
    `cancel ${order}`,
    (world) => world.accepted.size > 0,
    (world) => world.cancel(order),
  ),
)

const timeIsOver = pick.map((order) =>
  command(
    `the time of order ${order} is over`,
    (world) => world.accepted.size > 0,
    (world) => world.timeIsOver(order),
  ),
)

const deliver = fc.tuple(worker, pick).map(([name, job]) =>
  command(
    `${name} takes job ${job}`,
    ({ queue }) => queue.waiting().length > 0,
    (world) => world.deliver(name, at(world.queue.waiting(), job)),
  ),
)

const deliverAgain = fc.tuple(worker, pick).map(([name, job]) =>
  command(
    `${name} is handed job ${job}, which runs already`,
    ({ queue }) => queue.running().length > 0,
    (world) => world.deliver(name, at(world.queue.running(), job)),
  ),
)

const fault = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Fault>('none') },
  { weight: 1, arbitrary: fc.constantFrom<Fault>('unreached', 'unanswered', 'refused') },
)
const part = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(worker, fc.constant<TaskKind>('job')) },
  { weight: 5, arbitrary: fc.tuple(worker, fc.constant<TaskKind>('watch')) },
  {
    weight: 1,
    arbitrary: fc.tuple(worker, fc.constantFrom<TaskKind>('sweep', 'expiry', 'finality', 'aside')),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant<ProcessName>('gateway'), fc.constantFrom<TaskKind>('request', 'aside')),
  },
)

/** Loops that have nothing to find are left alone. */
function hasWork({ gates, queue, chain }: World, process: ProcessName, kind: TaskKind): boolean {
  if (kind === 'watch' || kind === 'finality') return chain.sent.size > 0
  if (kind === 'sweep') return queue.waiting().length === 0
  return gates.calls(process, kind).length > 0
}

const step = fc.tuple(part, pick, fault).map(([[process, kind], call, how]) =>
  command(
    `${process}, ${kind} ${call}: one port${how === 'none' ? '' : `, ${how}`}`,
    (world) => hasWork(world, process, kind),
    (world) => world.step(at(world.gates.calls(process, kind), call), how),
  ),
)

const stepToEffect = fc
  .tuple(part, pick, fc.constantFrom(1, 2, 4, 9))
  .map(([[process, kind], call, effects]) =>
    command(
      `${process}, ${kind} ${call}: ${effects} effect(s) further`,
      (world) => hasWork(world, process, kind),
      (world) => world.stepToEffect(at(world.gates.calls(process, kind), call), effects),
    ),
  )

const crash = fc.constantFrom<ProcessName>('worker A', 'worker B', 'gateway').map((process) =>
  command(
    `${process} crashes`,
    () => true,
    (world) => world.crash(process),
  ),
)

const loseRedis = fc.constant(
  command(
    'Redis is lost',
    () => true,
    ({ queue }) => queue.lose(),
  ),
)

const slots = fc.tuple(fc.constantFrom(1, 1, 2, 7, 7), fc.boolean()).map(([count, skipped]) =>
  command(
    `${count} slots${skipped ? ' without a block' : ''}`,
    () => true,
    ({ chain }) => chain.advance(count, skipped),
  ),
)

const landing = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Landing>('success') },
  { weight: 3, arbitrary: fc.constant<Landing>('slippage') },
  { weight: 1, arbitrary: fc.constantFrom<Landing>('insufficientFunds', 'defect') },
)

const land = fc.tuple(pick, landing, fc.constantFrom(0n, 500n)).map(([transaction, how, surplus]) =>
  command(
    `transaction ${transaction} lands: ${how}`,
    ({ chain }) => chain.landable().length > 0,
    ({ chain }) => chain.land(at(chain.landable(), transaction), how, surplus),
  ),
)

const drop = pick.map((transaction) =>
  command(
    `transaction ${transaction} is dropped`,
    ({ chain }) => chain.landable().length > 0,
    ({ chain }) => (at(chain.landable(), transaction).pending = false),
  ),
)

const fork = fc.tuple(fc.constantFrom(1, 2, 3), fc.boolean()).map(([depth, kept]) =>
  command(
    `a fork undoes ${depth} slot(s), ${kept ? 'not what was sent' : 'the venue forgets'}`,
    () => true,
    ({ chain }) => chain.fork(depth, kept),
  ),
)

const nodes = fc.constantFrom([0], [0, 20], [0, 20], [3, 0]).map((lags) =>
  command(
    `nodes ${lags.join()} slots behind answer by turns`,
    () => true,
    ({ chain }) => (chain.lags = lags),
  ),
)

const price = fc.constantFrom(148_000_000n, 150_000_000n, 152_000_000n).map((to) =>
  command(
    `the price is ${to}`,
    () => true,
    ({ market }) => (market.price = to),
  ),
)

const time = fc.constant(
  command(
    '3 s pass',
    () => true,
    (world) => world.passTime(3_000),
  ),
)

/** Runs of at most `maxCommands` commands. */
export function runs(maxCommands: number) {
  const weights: readonly (readonly [number, fc.Arbitrary<Command>])[] = [
    [2, place],
    [1, cancel],
    [1, timeIsOver],
    [14, deliver],
    [3, deliverAgain],
    [14, step],
    [40, stepToEffect],
    [1, crash],
    [1, loseRedis],
    [8, slots],
    [14, land],
    [1, drop],
    [5, fork],
    [4, nodes],
    [1, price],
    [1, time],
  ]
  const any = fc.oneof(...weights.map(([weight, arbitrary]) => ({ weight, arbitrary })))
  // Unbiased: a bias towards few commands and small numbers would leave most orders at their first step.
  return fc.noBias(fc.commands([any], { maxCommands, size: 'max' }))
}
