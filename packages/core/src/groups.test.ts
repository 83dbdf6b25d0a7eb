import { groupBy, inGroupsOf } from './groups'

test('groups keep the order of their items, and stand in that of their first ones', () => {
  const groups = groupBy([3, 1, 4, 5, 2], (n) => n % 2)
  expect([...groups]).toEqual([
    [1, [3, 1, 5]],
    [0, [4, 2]],
  ])
  expect(groupBy([], String).size).toBe(0)
})

test('groups of a size hold all items in their order, the last one what is left', () => {
  expect(inGroupsOf(2, [1, 2, 3, 4, 5])).toEqual([[1, 2], [3, 4], [5]])
  expect(inGroupsOf(2, [1, 2])).toEqual([[1, 2]])
  expect(inGroupsOf(2, [])).toEqual([])
})
