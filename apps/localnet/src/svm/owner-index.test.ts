import fc from 'fast-check'
import { OwnerIndex } from './owner-index'

const ADDRESSES = ['one', 'two', 'three']
const OWNERS = ['alice', 'bob']
const address = fc.constantFrom(...ADDRESSES)
const step = fc.oneof(
  fc.record({ address, to: fc.constantFrom(undefined, ...OWNERS) }),
  fc.record({ address, forget: fc.constant(true as const) }),
)

test('an owner has what is theirs and what was theirs since it was last forgotten, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const index = new OwnerIndex()
      const owners = new Map<string, string | undefined>()
      const since = new Map(ADDRESSES.map((one) => [one, new Set<string | undefined>()]))
      for (const taken of steps) {
        const now = owners.get(taken.address)
        if ('forget' in taken) {
          index.forgetFormer(taken.address)
          since.set(taken.address, new Set([now]))
        } else {
          index.move(taken.address, now, taken.to)
          owners.set(taken.address, taken.to)
          since.get(taken.address)?.add(taken.to)
        }
        for (const owner of OWNERS)
          expect(index.of(owner).sort()).toEqual(
            ADDRESSES.filter((one) => since.get(one)?.has(owner) === true).sort(),
          )
      }
    }),
  )
})
