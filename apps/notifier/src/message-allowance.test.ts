import { createMessageAllowance } from './message-allowance'

test('a burst is allowed, one more is not, and time brings it back up to the burst', () => {
  const allowance = createMessageAllowance(3, 10)
  expect([1, 2, 3, 4].map(() => allowance.take(1_000))).toEqual([true, true, true, false])
  expect(allowance.take(1_050)).toBe(false)
  expect(allowance.take(1_100)).toBe(true)
  expect([1, 2, 3, 4].map(() => allowance.take(60_000))).toEqual([true, true, true, false])
})
