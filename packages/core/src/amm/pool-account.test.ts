import fc from 'fast-check'
import { decodeAddress, encodeBase58 } from '../encoding/base58'
import { decodePool, encodePool, POOL_ACCOUNT_SIZE, type PoolState } from './pool-account'
import { applySwap, curveOf, poolTrades, quotePool } from './pool-swap'
import { venueByName, venueByProgram, VENUES } from './venues'

const SOL = 'So11111111111111111111111111111111111111112'
const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'
const addresses = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(encodeBase58)
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const decimals = fc.integer({ min: 0, max: 18 })
const pools = fc.record<PoolState>({
  address: addresses,
  index: fc.nat({ max: 0xffff_ffff }),
  venue: fc.constantFrom(...VENUES.map((venue) => venue.name)),
  curve: fc.constant('constantProduct'),
  mintA: addresses,
  mintB: addresses,
  vaultA: addresses,
  vaultB: addresses,
  decimalsA: decimals,
  decimalsB: decimals,
  reserveA: u64,
  reserveB: u64,
  protocolFeesA: u64,
  protocolFeesB: u64,
  feeRate: u64,
  openTime: u64,
  slot: u64,
  launch: fc.option(fc.record({ creator: addresses, openSlot: u64, feeRate: u64, feeSlots: u64 }), {
    nil: null,
  }),
})

const pool: PoolState = {
  address: VENUES[0]?.programId ?? '',
  index: 7,
  venue: 'orca-sim',
  curve: 'constantProduct',
  mintA: SOL,
  mintB: USDC,
  vaultA: SOL,
  vaultB: USDC,
  decimalsA: 9,
  decimalsB: 6,
  reserveA: 1_000_000_000_000n,
  reserveB: 150_000_000_000n,
  protocolFeesA: 5n,
  protocolFeesB: 6n,
  feeRate: 3_000n,
  openTime: 0n,
  launch: null,
  slot: 1n,
}

describe('pool accounts', () => {
  it('are read as they were written', () => {
    fc.assert(fc.property(pools, (state) => expect(decodePool(encodePool(state), state)).toEqual(state)))
  })

  it('keep their layout: what localnet saved yesterday is read tomorrow', () => {
    const [sol, usdc] = [SOL, USDC].map((mint) => Buffer.from(decodeAddress(mint) ?? []).toString('hex'))
    const u64s = [pool.reserveA, pool.reserveB, 5n, 6n, 3_000n, 0n, 1n].map((value) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigUInt64LE(value)
      return bytes.toString('hex')
    })
    expect(Buffer.from(encodePool(pool)).toString('hex')).toBe(
      ['66733a706f6f6c3a', '01', '00', '09', '06', '07000000', sol, usdc, sol, usdc, ...u64s].join(''),
    )
  })

  it('are nothing else: too short, another kind, another version, another curve', () => {
    const data = encodePool(pool)
    expect(decodePool(data.subarray(0, POOL_ACCOUNT_SIZE - 1), pool)).toBeNull()
    for (const at of [0, 8, 9]) {
      const changed = data.slice()
      changed[at] = 0xff
      expect(decodePool(changed, pool)).toBeNull()
    }
    expect(decodePool(new Uint8Array(0), pool)).toBeNull()
  })

  it('refuse what they cannot hold', () => {
    expect(() => encodePool({ ...pool, reserveA: -1n })).toThrow(RangeError)
    expect(() => encodePool({ ...pool, mintA: 'nothing' })).toThrow(RangeError)
  })
})

describe('a swap over a pool', () => {
  it('uses the reserves of the direction it goes, and sets fees apart on the side that came in', () => {
    expect(curveOf(pool, USDC)).toEqual({
      reserveIn: pool.reserveB,
      reserveOut: pool.reserveA,
      feeRate: 3_000n,
    })
    const result = quotePool(pool, USDC, 'ExactIn', 1_000_000n)
    if (!result.ok) throw new Error(result.reason)
    const after = applySwap(pool, USDC, result.swap, 9n)
    expect(after.reserveB).toBe(pool.reserveB + 1_000_000n - result.swap.protocolFee)
    expect(after.protocolFeesB).toBe(pool.protocolFeesB + result.swap.protocolFee)
    expect(after.reserveA).toBe(pool.reserveA - result.swap.amountOut)
    expect(after.slot).toBe(9n)
    const back = quotePool(pool, SOL, 'ExactOut', 1_000_000n)
    if (!back.ok) throw new Error(back.reason)
    expect(applySwap(pool, SOL, back.swap, 9n).reserveB).toBe(pool.reserveB - 1_000_000n)
  })

  it('knows its mints', () => {
    expect(poolTrades(pool, USDC, SOL)).toBe(true)
    expect(poolTrades(pool, SOL, SOL)).toBe(false)
    expect(() => curveOf(pool, pool.address)).toThrow(RangeError)
  })
})

describe('venues', () => {
  it('are found by program and by name', () => {
    for (const venue of VENUES) {
      expect(decodeAddress(venue.programId)).toHaveLength(32)
      expect(venueByProgram(venue.programId)).toBe(venue)
      expect(venueByName(venue.name)).toBe(venue)
    }
    expect(venueByProgram(SOL)).toBeUndefined()
    expect(() => venueByName('nowhere')).toThrow(RangeError)
  })
})
