import { type PoolState } from '@fillstream/core'
import { openTestWorld, type TestWorld } from '../testing/world'
import { SlotLog } from './slot-log'

const pool = (address: string, reserveA: bigint) => ({ address, reserveA }) as PoolState
const reserves = (pools: readonly PoolState[]) =>
  Object.fromEntries(pools.map(({ address, reserveA }) => [address, Number(reserveA)]))

function logOf(maxSlots: number): SlotLog {
  const log = new SlotLog([pool('a', 0n), pool('b', 0n)], 10, maxSlots)
  log.add(10, [pool('a', 10n)], null)
  log.add(11, [], null)
  log.add(12, [pool('b', 12n)], null)
  log.add(13, [pool('a', 13n)], null)
  return log
}

const slotsOf = (read: { items: readonly { slot: number }[] }) => read.items.map(({ slot }) => slot)

describe('the log of slots', () => {
  it('tells the pools before a slot and what changed from it on', () => {
    const read = logOf(10).read(12, 99, 10)
    expect([read.from, read.to]).toEqual([12, 13])
    expect(reserves(read.pools)).toEqual({ a: 10, b: 0 })
    expect(slotsOf(read)).toEqual([12, 13])
  })

  it('ends where it is told to, by slot or by number', () => {
    expect(logOf(10).read(10, 12, 10)).toMatchObject({ to: 12, items: [{ slot: 10 }, { slot: 12 }] })
    expect(logOf(10).read(10, 99, 2)).toMatchObject({ to: 12, items: [{ slot: 10 }, { slot: 12 }] })
  })

  it('keeps the last slots and says from where', () => {
    const read = logOf(1).read(1, 99, 10)
    expect([read.from, slotsOf(read)]).toEqual([13, [13]])
    expect(reserves(read.pools)).toEqual({ a: 10, b: 12 })
  })

  it('forgets what was rolled back', () => {
    const log = logOf(10)
    log.add(14, [pool('a', 10n), pool('b', 0n)], 12)
    expect(slotsOf(log.read(1, 99, 10))).toEqual([10, 14])
  })
})

describe('of a world', () => {
  let test: TestWorld
  beforeEach(async () => {
    test = await openTestWorld()
  })
  afterEach(() => test.end())

  it('has every pool that a slot changed, as the slot left it', () => {
    test.pass(60)
    const { world } = test
    const read = world.slotLog.read(0, world.chain.slot('processed'), 1_000)
    expect(read.items.length).toBeGreaterThan(0)
    const pools = new Map(read.pools.map((state) => [state.address, state]))
    for (const item of read.items) for (const state of item.pools) pools.set(state.address, state)
    expect([...pools.values()].sort((one, other) => one.index - other.index)).toEqual(world.desk.pools.all())
  })
})
