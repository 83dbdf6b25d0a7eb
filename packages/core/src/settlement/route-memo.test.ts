import fc from 'fast-check'
import { decodeRouteMemo, encodeRouteMemo } from './route-memo'

const index = fc.nat({ max: 0xffff_ffff })
const leg = fc.array(index, { minLength: 1, maxLength: 4 })

describe('route memo', () => {
  it('is written as the chain knows it', () => {
    expect(encodeRouteMemo({ swapMode: 'ExactIn', legs: [[3]] })).toBe('route:1:ExactIn:3')
    expect(encodeRouteMemo({ swapMode: 'ExactOut', legs: [[3, 7], [5]] })).toBe('route:1:ExactOut:3>7|5')
  })

  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ExactIn', 'ExactOut'),
        fc.array(leg, { minLength: 1 }),
        (swapMode, legs) => {
          expect(decodeRouteMemo(encodeRouteMemo({ swapMode, legs }))).toEqual({ swapMode, legs })
        },
      ),
    )
  })

  it.each([
    'route:1:ExactIn:',
    'route:1:ExactIn:3>',
    'route:1:ExactIn:|3',
    'route:1:ExactIn:03',
    'route:1:ExactIn:4294967296',
    'route:2:ExactIn:3',
    'route:1:exactin:3',
    'route:1:ExactIn:3\n',
    '018f2f0e-0000-7000-8000-000000000000:1',
  ])('is not %j', (text) => expect(decodeRouteMemo(text)).toBeNull())

  it('needs a pool in every leg', () => {
    expect(() => encodeRouteMemo({ swapMode: 'ExactIn', legs: [] })).toThrow(RangeError)
    expect(() => encodeRouteMemo({ swapMode: 'ExactIn', legs: [[1], []] })).toThrow(RangeError)
  })
})
