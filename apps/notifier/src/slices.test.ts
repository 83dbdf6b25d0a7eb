import { createSlices } from './slices'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('all is done in order, a slice of it in each turn of the event loop', async () => {
  let now = 0
  const slices = createSlices({ monotonic: () => now }, 5)
  const done: number[] = []
  const take = (n: number) =>
    slices.do(() => {
      done.push(n)
      now += 2
      // What comes meanwhile comes last.
      if (n === 1) take(10)
    })
  for (let n = 1; n <= 7; n += 1) take(n)
  expect(done).toEqual([])
  await turn()
  expect(done).toEqual([1, 2, 3])
  await turn()
  expect(done).toEqual([1, 2, 3, 4, 5, 6])
  await turn()
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 10])
  take(11)
  await turn()
  expect(done.at(-1)).toBe(11)
})
