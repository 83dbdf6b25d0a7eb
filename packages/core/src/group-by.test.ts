import { groupBy } from './group-by'

test('groups keep the order of their items, and stand in that of their first ones', () => {
  const groups = groupBy([3, 1, 4, 5, 2], (n) => n % 2)
  expect([...groups]).toEqual([
    [1, [3, 1, 5]],
    [0, [4, 2]],
  ])
  expect(groupBy([], String).size).toBe(0)
})
