import { type Journal } from '@fillstream/store'
import { type OrderStatus } from '@fillstream/types'
import { newOrder, steps } from '../../tests/support/store'
import { percentile } from '../measure/report'
import { now, type Crowd } from './crowd'
import { type Member } from './members'

/** What a steady rate of orders met with, ms each. */
export interface Pace {
  /** From when an order was due to be accepted to when it was durable and told. */
  readonly accepts: readonly number[]
  /** From the call of an append to its event on the client's socket. */
  readonly fromCall: readonly number[]
  /** From the commit of an append to its event on the client's socket. */
  readonly fromCommit: readonly number[]
}

export const p50 = (values: readonly number[]) => percentile(values, 0.5)
export const p99 = (values: readonly number[]) => percentile(values, 0.99)

/** Each order takes so many steps when it is its turn, as one that is executed does. */
const STEPS = 4
const NEXT: Readonly<Partial<Record<OrderStatus, OrderStatus>>> = {
  pending: 'routing',
  routing: 'building',
  building: 'submitted',
  submitted: 'routing',
}

export interface PaceOptions {
  readonly journal: Journal
  /** When the events of an order were committed, by order and seq; taken from it when read. */
  readonly commits: Map<string, number>
  readonly members: readonly Member[]
  /** Their clients, timed. */
  readonly clients: Crowd
  readonly ordersPerSecond: number
  /** Goes on until it resolves. */
  readonly until: Promise<unknown>
}

/** Accepts and executes orders at a steady rate, whatever the latencies (open loop), and tells these. */
export async function keepPace(options: PaceOptions): Promise<Pace> {
  const { journal, commits, members, clients, ordersPerSecond, until } = options
  let over = false
  void until.finally(() => (over = true))
  const before = await clients.events()
  await clients.arrivals()
  const accepts: number[] = []
  const called = new Map<string, number>()
  let appended = 0
  let failure: unknown

  async function execute(n: number): Promise<void> {
    const member = members[n] as Member
    for (let step = 0; step < STEPS; step += 1) {
      const { order } = member
      const status = NEXT[order.status]
      if (status === undefined) throw new Error(`an order is ${order.status}`)
      called.set(`${n}:${order.lastSeq + 1}`, now())
      const result = await journal.append(steps(order, order.lastSeq, [order.status, status]))
      if (result.outcome !== 'appended') throw new Error(`an append was ${result.outcome}`)
      member.order = result.order
      appended += 1
    }
  }

  async function accept(n: number, dueAt: number): Promise<void> {
    await journal.accept(newOrder((members[n] as Member).accountId))
    accepts.push(now() - dueAt)
  }

  const running = new Set<Promise<void>>()
  const run = (work: Promise<void>) => {
    const one = work.catch((error: unknown) => (failure ??= error)).then(() => void running.delete(one))
    running.add(one)
  }
  const began = now()
  for (let turn = 0; !over && failure === undefined;) {
    const dueAt = began + (turn * 1_000) / ordersPerSecond
    if (now() < dueAt) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      continue
    }
    const n = turn % members.length
    // Two halves, so that an account's new order does not come between the steps of the one that is followed.
    run(execute(n))
    run(accept((n + members.length / 2) % members.length, dueAt))
    turn += 1
  }
  await Promise.all(running)
  if (failure !== undefined) throw failure
  await clients.reach(before + appended)
  const arrivals = await clients.arrivals()
  const from = (times: ReadonlyMap<string, number>, keyOf: (n: number, seq: number) => string) =>
    arrivals.map(([n, seq, at]) => at - (times.get(keyOf(n, seq)) ?? Number.NaN))
  const pace = {
    accepts,
    fromCall: from(called, (n, seq) => `${n}:${seq}`),
    fromCommit: from(commits, (n, seq) => `${(members[n] as Member).order.id}:${seq}`),
  }
  commits.clear()
  return pace
}
