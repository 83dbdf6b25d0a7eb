import { randomUUID } from 'node:crypto'
import { type Order } from '@fillstream/core'
import { type OrderAppend, type Store } from '@fillstream/store'
import { Pool } from 'pg'
import { createTestDatabase } from '../tests/support/database'
import { newAccount, newOrder, openStore, steps, submittedAttempt } from '../tests/support/store'
import { execute } from './measure/database'
import { perSecond, report } from './measure/report'
import { runRounds, type Contestant } from './measure/rounds'
import { closeAll, readArguments, runBench } from './measure/run-bench'
import { BARE_EVENTS_TABLE, bareEvents } from './yardsticks/bare-events'
import { createLadenStore } from './yardsticks/laden-store'
import { SKELETON_TABLES } from './yardsticks/skeleton-store'

/*
 * The events of orders appended in groups of 500, beside a bare `unnest` of as many rows of the same size with the states of their orders,
 * and beside the laden skeleton's statement, which writes the rows of the engine and checks nothing. One statement after the other.
 * `pnpm bench appender [groups] [rounds]`
 */
const EVENTS = 500
const ACCOUNTS = 16
const STEPS = ['routing', 'building'] as const

async function main(): Promise<void> {
  const { groups, rounds } = readArguments({
    groups: { full: 60, quick: 20 },
    rounds: { full: 5, quick: 3 },
  })
  const database = await createTestDatabase()
  const store = openStore(database.url)
  const pool = new Pool({ connectionString: database.url, max: 1 })
  const open = [{ close: () => database.drop() }, store, { close: () => pool.end() }]
  try {
    await execute(database.url, SKELETON_TABLES)
    await execute(database.url, BARE_EVENTS_TABLE)
    const accounts = await Promise.all(Array.from({ length: ACCOUNTS }, () => newAccount(store)))
    const contestants = [
      { name: 'bare', run: () => timed(groups, () => bareEvents(pool, EVENTS / STEPS.length, STEPS)) },
      appender('steps', { store, accounts, groups, perOrder: 2 }),
      appender('submissions', { store, accounts, groups, perOrder: 3 }),
      { name: 'laden', run: () => timed(groups, ladenGroup(pool, accounts)) },
    ]
    for (const { run } of contestants) await run()
    await execute(database.url, 'ANALYZE')
    const found = await runRounds(contestants, rounds)
    const bare = { contestant: 'bare', name: `bare unnest of ${EVENTS} rows` }
    const laden = { contestant: 'laden', name: 'laden' }
    const withAttempt = 'events appended, three an order, with a signed attempt'
    report('appender', [
      found.beside('events appended, two an order', 'events', 'steps', bare, {
        format: perSecond,
        atLeast: 0.5,
      }),
      found.beside(withAttempt, 'events', 'submissions', bare, { format: perSecond }),
      found.beside('  that beside the laden skeleton', 'events', 'submissions', laden, { format: perSecond }),
      found.beside('  which itself', 'events', 'laden', bare, { format: perSecond }),
    ])
  } finally {
    await closeAll(open)
  }
}

/** Events a second of `groups` groups; what is prepared before they are due does not count. */
async function timed(
  groups: number,
  prepare: () => (() => Promise<void>) | Promise<() => Promise<void>>,
): Promise<{ events: number }> {
  const due: (() => Promise<void>)[] = []
  for (let n = 0; n < groups; n += 1) due.push(await prepare())
  const began = performance.now()
  for (const write of due) await write()
  return { events: (groups * EVENTS * 1_000) / (performance.now() - began) }
}

/** Three events of each order, and its attempt. */
function ladenGroup(pool: Pool, accounts: readonly string[]) {
  const laden = createLadenStore(pool)
  return async () => {
    const rows = Array.from({ length: Math.round(EVENTS / 3) }, (_, n) => ({
      orderId: randomUUID(),
      accountId: accounts[n % accounts.length] as string,
      body: 'hash',
      signature: randomUUID(),
      transaction: new Uint8Array(64),
      route: '{}',
    }))
    await laden.insert(rows)
    return () => laden.submit(rows)
  }
}

interface Appending {
  readonly store: Store
  readonly accounts: readonly string[]
  readonly groups: number
  /** Events of each; the third one is a submission. */
  readonly perOrder: 2 | 3
}

function appender(name: string, { store, accounts, groups, perOrder }: Appending): Contestant {
  const prepare = async () => {
    const orders = Array.from({ length: Math.round(EVENTS / perOrder) }, (_, n) =>
      newOrder(accounts[n % accounts.length] as string),
    )
    // As the services do it: what a step leaves is computed from the order that its writer has.
    const appends = (await store.orders.insertOrders(orders)).map((result) => {
      if (result instanceof Error || result.outcome !== 'created')
        throw new Error('an order was not inserted')
      return perOrder === 2 ? stepsOf(result.order) : submissionOf(result.order)
    })
    return async () => {
      for (const result of await store.orders.appendEvents(appends))
        if (result instanceof Error || result.outcome !== 'appended') throw new Error('an append was refused')
    }
  }
  return { name, run: () => timed(groups, prepare) }
}

const stepsOf = (order: Order): OrderAppend => steps(order, 1, ['pending', ...STEPS], { order })
const submissionOf = (order: Order): OrderAppend =>
  steps(order, 1, ['pending', ...STEPS, 'submitted'], { order, attempt: submittedAttempt() })

runBench(main)
