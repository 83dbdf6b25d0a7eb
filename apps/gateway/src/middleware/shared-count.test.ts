import { createSharedCount, type Used } from './shared-count'

const POINTS = 1_000
const WINDOW_MS = 10_000

/** All copies' count, whose answers and whose time come when the test says so. */
function setUp() {
  let now = 0
  let total = 0
  let began = 0
  const calls: number[] = []
  const answers: (() => void)[] = []
  const naps: (() => void)[] = []
  const clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        naps.push(resolve)
        signal?.addEventListener('abort', () => reject(new Error('stopped')))
      }),
  }
  const together = (_accountId: string, requests: number): Promise<Used> => {
    if (now >= began + WINDOW_MS) [total, began] = [0, now]
    total += requests
    calls.push(requests)
    const answer = { used: total, resetMs: began + WINDOW_MS - now }
    return new Promise((resolve) => answers.push(() => resolve(answer)))
  }
  const copy = () => createSharedCount(together, { points: POINTS, clock })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const release = async (list: (() => void)[]) => {
    for (const go of list.splice(0)) go()
    await settle()
  }
  return {
    calls,
    copy,
    settle,
    pass: (ms: number) => (now += ms),
    answer: () => release(answers),
    wake: () => release(naps),
    async usedBy(counting: Used | Promise<Used>): Promise<number> {
      await settle()
      await release(answers)
      return (await counting).used
    },
  }
}

test('far from the limit a request does not wait, and is told with those that follow', async () => {
  const { copy, calls, usedBy, wake, answer } = setUp()
  const { count } = copy()
  expect(await usedBy(count('a'))).toBe(1)
  expect([count('a'), count('a'), count('a')]).toMatchObject([{ used: 2 }, { used: 3 }, { used: 4 }])
  await wake()
  expect(count('a')).toMatchObject({ used: 5, resetMs: WINDOW_MS })
  await answer()
  expect(count('a')).toMatchObject({ used: 6 })
  expect(calls).toEqual([1, 3])
})

test('near the limit each one waits, and none passes that should not', async () => {
  const { copy, answer, usedBy } = setUp()
  const { count } = copy()
  for (let used = 1; used <= POINTS + 5; used += 1) {
    const counting = count('a')
    expect(await usedBy(counting)).toBe(used)
    if (used > POINTS / 2) expect(counting).toBeInstanceOf(Promise)
    await answer()
  }
})

test('a copy that others have outrun lets pass a hundredth of the limit, then it knows', async () => {
  const { copy, usedBy, settle, answer } = setUp()
  const [mine, theirs] = [copy(), copy()]
  await usedBy(mine.count('a'))
  await Promise.all([...Array.from({ length: POINTS }, () => theirs.count('a')), settle().then(answer)])
  const alone = Array.from({ length: POINTS / 100 }, () => mine.count('a'))
  for (const counting of alone) expect(counting).not.toBeInstanceOf(Promise)
  expect(await usedBy(mine.count('a'))).toBeGreaterThan(POINTS)
})

test('those that come while a count is under way are counted together, each as the one that it is', async () => {
  const { copy, calls, settle, answer } = setUp()
  const { count } = copy()
  const first = count('a')
  await settle()
  const others = [count('a'), count('a')]
  await answer()
  await answer()
  expect(await Promise.all([first, ...others])).toMatchObject([{ used: 1 }, { used: 2 }, { used: 3 }])
  expect(calls).toEqual([1, 2])
})

test('a window that is over says nothing of the next', async () => {
  const { copy, usedBy, pass } = setUp()
  const { count } = copy()
  await usedBy(count('a'))
  await usedBy(count('a'))
  pass(WINDOW_MS)
  const counting = count('a')
  expect(counting).toBeInstanceOf(Promise)
  expect(await usedBy(counting)).toBe(2)
  expect(count('a')).toMatchObject({ used: 3 })
})

test('at its end a copy tells what it counted alone', async () => {
  const { copy, calls, usedBy, settle, answer } = setUp()
  const { count, close } = copy()
  await usedBy(count('a'))
  void count('a')
  const closed = close()
  await settle()
  await answer()
  await closed
  expect(calls).toEqual([1, 1])
})
