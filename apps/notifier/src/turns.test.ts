import { createTurns } from './turns'

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('all is done in order, a slice of it in each turn of the event loop', async () => {
  let now = 0
  const lane = createTurns({ monotonic: () => now }).lane(5)
  const done: number[] = []
  const take = (n: number) =>
    lane.do(() => {
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

test('every lane gets a slice of each turn, one piece of work at least', async () => {
  const turns = createTurns({ monotonic: () => 0 })
  const [one, all] = [turns.lane(0), turns.lane(1)]
  const done: string[] = []
  for (const n of [1, 2]) one.do(() => done.push(`one ${n}`))
  for (const n of [1, 2]) all.do(() => done.push(`all ${n}`))
  await turn()
  expect(done).toEqual(['one 1', 'all 1', 'all 2'])
  await turn()
  expect(done.at(-1)).toBe('one 2')
})

test('while newcomers come, turns pass without work, but not for longer than five milliseconds', async () => {
  let now = 100
  const turns = createTurns({ monotonic: () => now })
  const lane = turns.lane(0)
  const done: number[] = []
  for (const n of [1, 2, 3, 4]) lane.do(() => done.push(n))
  await turn()
  expect(done).toEqual([1])
  turns.newcomer()
  await turn()
  expect(done).toEqual([1])
  await turn()
  expect(done).toEqual([1, 2])
  for (now = 101; now < 105; now += 1) {
    turns.newcomer()
    await turn()
    expect(done).toEqual([1, 2])
  }
  turns.newcomer()
  await turn()
  expect(done).toEqual([1, 2, 3])
})
