import { unitPrice, type NewOrder } from '@fillstream/core'
import { createJournal } from '@fillstream/store'
import { eventually, realClock, steps } from '../../../../tests/support/store'
import { poolOf, startTriggerRig, type Pair, type TriggerRig } from '../../test-support/trigger-rig'
import { startIndexKeeper } from './keep-index'
import { startOpenedOrders } from './opened-orders'

const PAIR: Pair = { inputMint: 'SOL', outputMint: 'USDC' }
const SIZE = 1_000_000_000n
const DEEP = 10n ** 15n
/** The pool at which 1 SOL comes to about this many USDC. */
const at = (price: number) => poolOf(PAIR, DEEP, BigInt(Math.round(price * 1.0025 * 10 ** 12)))
const sells = (type: 'limit' | 'stop', price: number, fields: Partial<NewOrder> = {}): Partial<NewOrder> => ({
  ...PAIR,
  type,
  amount: SIZE,
  threshold: BigInt(Math.round(price * 10 ** 6)),
  limitPrice: String(price),
  priceUnit: 'outputPerInput',
  ...fields,
})
const trails = (trailingBps: number): Partial<NewOrder> => ({
  ...PAIR,
  type: 'trailingStop',
  amount: SIZE,
  trailingBps,
})

// A busy machine takes its time.
jest.setTimeout(30_000)

let rig: TriggerRig
beforeEach(async () => {
  rig = await startTriggerRig()
})
afterEach(() => rig.close())

async function index(orders: readonly Partial<NewOrder>[]): Promise<string[]> {
  const opened = await rig.open(orders)
  await rig.parts.index.add(await rig.store.triggers.byOrderIds(opened.map(({ id }) => id)))
  return opened.map(({ id }) => id)
}

async function moveTo(price: number): Promise<void> {
  await rig.prices.apply(rig.market(PAIR, at(price)))
  await rig.prices.settled()
}

async function fired(): Promise<string[]> {
  const statuses = await rig.statuses()
  return [...statuses].filter(([, status]) => status === 'routing').map(([id]) => id)
}

test('limits fire at their price or better, stops at theirs or worse, and no other order is touched', async () => {
  const [low, high, stop, far] = await index([
    sells('limit', 149),
    sells('limit', 151),
    sells('stop', 148),
    sells('stop', 100),
  ])
  await moveTo(148.5)
  expect(await fired()).toEqual([])
  await moveTo(150)
  expect(await fired()).toEqual([low])
  await moveTo(147)
  expect((await fired()).sort()).toEqual([low, stop].sort())
  await moveTo(152)
  expect((await fired()).sort()).toEqual([low, stop, high].sort())
  expect(await fired()).not.toContain(far)
  expect((await rig.queue.load()).waiting).toBe(3)
})

test('a trailing stop follows the best price and fires its distance below it', async () => {
  const [near, wide] = await index([trails(100), trails(500)])
  for (const price of [150, 155, 154, 160, 159]) await moveTo(price)
  expect(await fired()).toEqual([])
  await moveTo(158)
  expect(await fired()).toEqual([near])
  await moveTo(151)
  expect((await fired()).sort()).toEqual([near, wide].sort())
})

test('a price of an earlier slot is passed over', async () => {
  const before = rig.market(PAIR, at(160))
  await moveTo(150)
  const [order] = await index([sells('limit', 155)])
  await rig.prices.apply(before)
  await rig.prices.settled()
  expect(await fired()).toEqual([])
  await moveTo(160)
  expect(await fired()).toEqual([order])
})

test('a limit order that its own size could not be executed at is left alone, and looked at again', async () => {
  const thin = (price: number) => poolOf(PAIR, 10n ** 11n, BigInt(Math.round(price * 1.0025 * 10 ** 8)))
  // 1 SOL, the smallest of the class, would get 148.5 each; 9 SOL move the price of this pool by 9 %.
  const [order] = await index([sells('limit', 0, { amount: 9n * SIZE, threshold: 9n * 146n * 10n ** 6n })])
  await rig.prices.apply(rig.market(PAIR, thin(150)))
  await rig.prices.settled()
  expect(await fired()).toEqual([])
  const events = await rig.store.events.list(null, order as string, 0, 10)
  expect(events.map(({ status }) => status)).toEqual(['pending', 'open'])
  rig.market(PAIR, at(150))
  const keeper = startIndexKeeper(rig.parts, rig.prices)
  await eventually(async () => expect(await fired()).toEqual([order]))
  await keeper.stop()
})

test('an order that opens beyond its price fires without waiting for the next one', async () => {
  await moveTo(150)
  const opened = startOpenedOrders(rig.parts, rig.prices)
  const [order] = await rig.open([sells('limit', 149)])
  if (order) opened.opened(order)
  await eventually(async () => expect(await fired()).toEqual([order?.id]))
  await opened.stop()
})

test('the index that Redis has lost is filled from Postgres, with the best prices as written there', async () => {
  const [limit, trail] = await index([sells('limit', 200), trails(1_000)])
  await moveTo(150)
  await moveTo(180)
  const keeper = startIndexKeeper(rig.parts, rig.prices)
  await eventually(async () => {
    const [row] = await rig.store.triggers.byOrderIds([trail as string])
    expect(row?.highWater).toBe(
      unitPrice(
        SIZE,
        BigInt(
          rig.parts.lastPrices.get('SOL-USDC')?.exactIn.find(({ size }) => size === String(SIZE))?.amount ??
            0,
        ),
      ),
    )
  })
  // The keys go one by one: nobody may be at them meanwhile.
  await keeper.stop()
  await rig.testRedis.clear()
  const [unindexed] = await rig.open([sells('limit', 190)])
  const next = startIndexKeeper(rig.parts, rig.prices)
  await eventually(async () => expect(await rig.parts.upkeep.isFilled()).toBe(true))
  await moveTo(161)
  expect(await fired()).toEqual([trail])
  await moveTo(201)
  expect((await fired()).sort()).toEqual([limit, trail, unindexed?.id].sort())
  await next.stop()
})

test('what a copy had taken out when it died is fired by another, once', async () => {
  const ids = await index(Array.from({ length: 300 }, (_, i) => sells(i % 2 ? 'limit' : 'stop', 150)))
  // It dies between taking them out and appending anything.
  await rig.parts.index.apply(rig.market(PAIR, at(150)), 10_000, 50)
  const other = rig.copy()
  const keeper = startIndexKeeper(other.parts, other.prices)
  await other.prices.apply(rig.market(PAIR, at(149.99)))
  await other.prices.settled()
  await other.prices.apply(rig.market(PAIR, at(150.01)))
  await eventually(async () => expect((await fired()).length).toBe(300))
  await keeper.stop()
  await other.prices.settled()
  for (const id of ids.slice(0, 20)) {
    const events = await rig.store.events.list(null, id, 0, 10)
    expect(events.map(({ status }) => status)).toEqual(['pending', 'open', 'routing'])
  }
  expect((await rig.queue.load()).waiting).toBe(300)
})

test('cancel against trigger, 5,000 times: one wins, never both, never neither', async () => {
  const opened = await rig.open(Array.from({ length: 5_000 }, () => sells('limit', 150)))
  const copies = [rig, rig.copy()]
  // Cancels come from another process: the gateway's journal.
  const gateway = createJournal({ store: rig.store, clock: realClock, publish: () => Promise.resolve() })
  const cancelled = new Map<string, boolean>()
  for (let from = 0; from < opened.length; from += 250) {
    const part = opened.slice(from, from + 250)
    await rig.parts.index.add(await rig.store.triggers.byOrderIds(part.map(({ id }) => id)))
    const price = rig.market(PAIR, at(151))
    await Promise.all([
      ...copies.map(({ prices }) => prices.apply(price)),
      ...part.map(async (order, i) => {
        await realClock.sleep(i % 25)
        const { outcome } = await gateway.append(steps(order, order.lastSeq, ['open', 'cancelled']))
        cancelled.set(order.id, outcome === 'appended')
      }),
    ])
    await Promise.all(copies.map(({ prices }) => prices.settled()))
  }
  await gateway.close()
  const statuses = await rig.statuses()
  const ends = opened.map(({ id }) => `${cancelled.get(id) ? 'cancelled' : 'too late'}, ${statuses.get(id)}`)
  const count = (end: string) => ends.filter((one) => one === end).length
  expect(count('cancelled, cancelled') + count('too late, routing')).toBe(5_000)
  expect(count('cancelled, cancelled')).toBeGreaterThan(0)
  expect(count('too late, routing')).toBeGreaterThan(0)
  expect(await rig.store.triggers.page({ limit: 10 })).toEqual([])
  expect((await rig.queue.load()).waiting).toBe(count('too late, routing'))
}, 120_000)

test('orders that no longer wait leave the index', async () => {
  const [gone, stays] = await rig.open([sells('limit', 200), sells('limit', 201)])
  const rows = await rig.store.triggers.page({ limit: 10 })
  await rig.parts.index.add(rows)
  if (gone) await rig.journal.append(steps(gone, gone.lastSeq, ['open', 'cancelled']))
  const keeper = startIndexKeeper(rig.parts, rig.prices)
  const group = `${rig.testRedis.keyPrefix}:{triggers}:SOL-USDC:limit:ExactIn:9`
  await eventually(async () => expect(await rig.redis.zrange(group, 0, -1)).toEqual([stays?.id]))
  await keeper.stop()
})
