import fc from 'fast-check'
import { type Curve, type CurveSwap, priceImpactBps, quoteExactIn, quoteExactOut } from './constant-product'
import { FEE_DENOMINATOR } from './venues'

const U64_MAX = (1n << 64n) - 1n
const curves = fc.record<Curve>({
  reserveIn: fc.bigInt({ min: 1n, max: U64_MAX / 2n }),
  reserveOut: fc.bigInt({ min: 1n, max: U64_MAX / 2n }),
  feeRate: fc.bigInt({ min: 0n, max: 100_000n }),
})
const amounts = fc.bigInt({ min: 1n, max: U64_MAX / 4n })

function swapOf(result: ReturnType<typeof quoteExactIn>): CurveSwap {
  if (!result.ok) throw new Error(result.reason)
  return result.swap
}

describe('constant product', () => {
  const pool: Curve = { reserveIn: 10n ** 12n, reserveOut: 2n * 10n ** 12n, feeRate: 2_500n }

  it('gives what the CPMM program gives', () => {
    const swap = swapOf(quoteExactIn(pool, 10n ** 9n))
    expect(swap).toEqual({
      amountIn: 10n ** 9n,
      amountOut: 1_993_011_970n,
      fee: 2_500_000n,
      protocolFee: 400_000n,
      lpFee: 2_100_000n,
      reserveInAfter: 10n ** 12n + 10n ** 9n - 400_000n,
      reserveOutAfter: 2n * 10n ** 12n - 1_993_011_970n,
    })
    expect(priceImpactBps(pool, swap)).toBe(10)
  })

  it('asks for an exact output the least input that buys it', () => {
    const swap = swapOf(quoteExactOut(pool, 1_993_011_970n))
    expect(swap.amountOut).toBe(1_993_011_970n)
    expect(swap.amountIn).toBeLessThanOrEqual(10n ** 9n)
    expect(swapOf(quoteExactIn(pool, swap.amountIn)).amountOut).toBeGreaterThanOrEqual(1_993_011_970n)
  })

  it.each([
    ['nothing', quoteExactIn(pool, 0n), 'AMOUNT_OUT_OF_RANGE'],
    ['less than nothing', quoteExactOut(pool, -1n), 'AMOUNT_OUT_OF_RANGE'],
    ['more than a u64', quoteExactIn(pool, U64_MAX + 1n), 'AMOUNT_OUT_OF_RANGE'],
    ['an input that overflows the vault', quoteExactIn(pool, U64_MAX), 'INSUFFICIENT_LIQUIDITY'],
    ['an input that buys nothing', quoteExactIn(pool, 1n), 'INSUFFICIENT_LIQUIDITY'],
    ['all of the reserve', quoteExactOut(pool, pool.reserveOut), 'INSUFFICIENT_LIQUIDITY'],
    [
      'all but one of the reserve',
      quoteExactOut({ ...pool, reserveIn: U64_MAX / 2n }, pool.reserveOut - 1n),
      'INSUFFICIENT_LIQUIDITY',
    ],
    ['anything of an empty pool', quoteExactIn({ ...pool, reserveOut: 0n }, 5n), 'INSUFFICIENT_LIQUIDITY'],
  ])('refuses %s', (_, result, reason) => {
    expect(result).toEqual({ ok: false, reason })
  })

  it('never lets the product of the reserves fall, and loses no unit', () => {
    fc.assert(
      fc.property(curves, amounts, fc.boolean(), (curve, amount, exactIn) => {
        const result = exactIn ? quoteExactIn(curve, amount) : quoteExactOut(curve, amount)
        if (!result.ok) return
        const { swap } = result
        expect(swap.reserveInAfter * swap.reserveOutAfter >= curve.reserveIn * curve.reserveOut).toBe(true)
        expect(swap.reserveInAfter + swap.protocolFee).toBe(curve.reserveIn + swap.amountIn)
        expect(swap.reserveOutAfter + swap.amountOut).toBe(curve.reserveOut)
        expect(swap.fee).toBe(swap.protocolFee + swap.lpFee)
        expect(swap.fee * FEE_DENOMINATOR >= swap.amountIn * curve.feeRate).toBe(true)
      }),
    )
  })

  it('asks for an exact output what buys it, and not a unit more than it takes', () => {
    fc.assert(
      fc.property(curves, amounts, (curve, amount) => {
        const asked = quoteExactOut(curve, amount)
        if (!asked.ok) return
        expect(swapOf(quoteExactIn(curve, asked.swap.amountIn)).amountOut >= amount).toBe(true)
        const cheaper = quoteExactIn(curve, asked.swap.amountIn - 1n)
        if (cheaper.ok) expect(cheaper.swap.amountOut < amount).toBe(true)
      }),
    )
  })

  it('has no free round trip', () => {
    fc.assert(
      fc.property(curves, amounts, (curve, amount) => {
        const there = quoteExactIn(curve, amount)
        if (!there.ok) return
        const { reserveInAfter, reserveOutAfter, amountOut } = there.swap
        const back = quoteExactIn(
          { reserveIn: reserveOutAfter, reserveOut: reserveInAfter, feeRate: curve.feeRate },
          amountOut,
        )
        if (back.ok) expect(back.swap.amountOut <= amount).toBe(true)
      }),
    )
  })

  it('has no impact below zero, and more for more', () => {
    fc.assert(
      fc.property(curves, amounts, amounts, (curve, one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one]
        const small = quoteExactIn(curve, less)
        const large = quoteExactIn(curve, more)
        if (!small.ok || !large.ok || small.swap.amountOut < 1_000_000n) return
        const impact = priceImpactBps(curve, small.swap) ?? NaN
        expect(impact).toBeGreaterThanOrEqual(0)
        expect(priceImpactBps(curve, large.swap) ?? NaN).toBeGreaterThanOrEqual(impact - 1)
      }),
    )
  })
})
