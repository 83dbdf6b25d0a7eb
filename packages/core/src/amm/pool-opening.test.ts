import fc from 'fast-check'
import { decodePool, encodePool, LAUNCHED_POOL_ACCOUNT_SIZE, type PoolState } from './pool-account'
import { isPoolOpen, poolAsOf } from './pool-opening'

const SOL = 'So11111111111111111111111111111111111111112'
const ordinary: PoolState = {
  address: SOL,
  index: 1,
  venue: 'orca-sim',
  curve: 'constantProduct',
  mintA: SOL,
  mintB: SOL,
  vaultA: SOL,
  vaultB: SOL,
  decimalsA: 6,
  decimalsB: 9,
  reserveA: 1n,
  reserveB: 1n,
  protocolFeesA: 0n,
  protocolFeesB: 0n,
  feeRate: 3_000n,
  openTime: 500n,
  slot: 1n,
  launch: null,
}
const launched: PoolState = {
  ...ordinary,
  launch: { creator: SOL, openSlot: 100n, feeRate: 50_000n, feeSlots: 10n },
}

it('opens an ordinary pool at its time, a launched one in its slot', () => {
  expect(isPoolOpen(ordinary, 1n, 499n)).toBe(false)
  expect(isPoolOpen(ordinary, 1n, 500n)).toBe(true)
  expect(isPoolOpen(launched, 99n, 9_999n)).toBe(false)
  expect(isPoolOpen(launched, 100n, 0n)).toBe(true)
})

it("lets a launch's fee fall in a straight line to the ordinary one", () => {
  const rates = [90n, 100n, 101n, 105n, 109n, 110n, 1_000n].map((slot) => poolAsOf(launched, slot).feeRate)
  expect(rates).toEqual([50_000n, 50_000n, 45_300n, 26_500n, 7_700n, 3_000n, 3_000n])
  expect(poolAsOf(ordinary, 5n)).toBe(ordinary)
})

it('never lets it rise again, nor fall below the ordinary one', () => {
  const amount = fc.bigInt({ min: 0n, max: 1_000n })
  fc.assert(
    fc.property(amount, amount, amount, amount, (feeRate, feeSlots, slot, later) => {
      const pool = { ...launched, launch: { creator: SOL, openSlot: 100n, feeRate: feeRate * 50n, feeSlots } }
      const [now, then] = [poolAsOf(pool, slot).feeRate, poolAsOf(pool, slot + later).feeRate]
      expect(then).toBeLessThanOrEqual(now)
      expect(then).toBeGreaterThanOrEqual(3_000n)
    }),
  )
})

it('keeps the layout of a launched pool: what localnet saved yesterday is read tomorrow', () => {
  const data = encodePool(launched)
  expect(data).toHaveLength(LAUNCHED_POOL_ACCOUNT_SIZE)
  expect(data[8]).toBe(2)
  expect(Buffer.from(data.subarray(200, 224)).toString('hex')).toBe(
    ['6400000000000000', '50c3000000000000', '0a00000000000000'].join(''),
  )
  expect(data.subarray(224)).toEqual(data.subarray(16, 48))
  expect(decodePool(data.subarray(0, LAUNCHED_POOL_ACCOUNT_SIZE - 1), launched)).toBeNull()
})
