import fc from 'fast-check'
import { createBatcher, runByHalves } from './batcher'

/** A batcher whose runs end when the test says so, and whose clock it moves. */
function harness({ windowMs }: { readonly windowMs?: number } = {}) {
  const runs: { items: readonly number[]; end(): void; fail(error: Error): void }[] = []
  const naps: { ms: number; end(): void }[] = []
  let now = 0
  const clock = {
    monotonic: () => now,
    sleep: (ms: number) => new Promise<void>((resolve) => naps.push({ ms, end: resolve })),
  }
  const gathering = windowMs === undefined ? {} : { gathering: { windowMs, least: 2, enough: 3, clock } }
  const batcher = createBatcher<number, string>(
    { maxBatch: 3, maxQueue: 5, ...gathering },
    {
      run: (items) =>
        new Promise((resolve, reject) => {
          runs.push({
            items,
            end: () => resolve(items.map((item) => (item < 0 ? new Error(`bad ${item}`) : `done ${item}`))),
            fail: reject,
          })
        }),
      failsAll: (error) => error instanceof Error && error.message === 'down',
    },
  )
  const pass = (ms: number) => (now += ms)
  return { batcher, runs, naps, pass }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('items of one turn share the first run, items that come meanwhile the next', async () => {
  const { batcher, runs } = harness()
  const first = [1, 2].map((item) => batcher.submit(item))
  await turn()
  const second = [3, 4].map((item) => batcher.submit(item))
  await turn()
  expect(runs.map(({ items }) => items)).toEqual([[1, 2]])
  runs[0]?.end()
  expect(await Promise.all(first)).toEqual(['done 1', 'done 2'])
  await turn()
  expect(runs.map(({ items }) => items)).toEqual([
    [1, 2],
    [3, 4],
  ])
  runs[1]?.end()
  expect(await Promise.all(second)).toEqual(['done 3', 'done 4'])
})

test('a run takes no more than maxBatch, in the order of arrival', async () => {
  const { batcher, runs } = harness()
  const all = [1, 2, 3, 4].map((item) => batcher.submit(item))
  await turn()
  runs[0]?.end()
  await turn()
  runs[1]?.end()
  await Promise.all(all)
  expect(runs.map(({ items }) => items)).toEqual([[1, 2, 3], [4]])
})

test('a full queue refuses with OVERLOADED and takes again when it has drained', async () => {
  const { batcher, runs } = harness()
  const taken = [1, 2, 3, 4, 5].map((item) => batcher.submit(item))
  await expect(batcher.submit(6)).rejects.toMatchObject({ code: 'OVERLOADED' })
  await turn()
  runs[0]?.end()
  await turn()
  runs[1]?.end()
  expect(await Promise.all(taken)).toHaveLength(5)
  const later = batcher.submit(7)
  await turn()
  runs[2]?.end()
  expect(await later).toBe('done 7')
})

test('an item fails alone, a run fails its own items, and the next run goes on', async () => {
  const { batcher, runs } = harness()
  const [good, bad] = [batcher.submit(1), batcher.submit(-1)]
  await turn()
  const next = batcher.submit(2)
  runs[0]?.end()
  expect(await good).toBe('done 1')
  await expect(bad).rejects.toThrow('bad -1')
  await turn()
  runs[1]?.fail(new Error('odd'))
  await expect(next).rejects.toThrow('odd')
  const last = batcher.submit(3)
  await turn()
  runs[2]?.end()
  expect(await last).toBe('done 3')
})

test('when the database is down, those that wait are refused at once', async () => {
  const { batcher, runs } = harness()
  const running = batcher.submit(1)
  await turn()
  const waiting = batcher.submit(2)
  runs[0]?.fail(new Error('down'))
  await expect(running).rejects.toThrow('down')
  await expect(waiting).rejects.toThrow('down')
  expect(runs).toHaveLength(1)
})

/** Items one at a time, each run at once. */
async function submitEvery(
  everyMs: number,
  items: number,
  { batcher, runs, pass }: ReturnType<typeof harness>,
) {
  for (let item = 1; item <= items; item += 1) {
    pass(everyMs)
    const done = batcher.submit(item)
    await turn()
    runs.at(-1)?.end()
    await done
  }
}

/** Items came so often that the last one, of the number `items`, waits for more. */
async function gathering(everyMs: number, items: number) {
  const rig = harness({ windowMs: 8 })
  await submitEvery(everyMs, items - 1, rig)
  rig.pass(everyMs)
  const all = [rig.batcher.submit(items)]
  await turn()
  return { ...rig, all }
}

test('where little comes no group gathers', async () => {
  const rig = harness({ windowMs: 8 })
  await submitEvery(5, 40, rig)
  expect([rig.runs.length, rig.naps]).toEqual([40, []])
})

test('where much comes a group gathers for the window; after a pause it does not', async () => {
  const rig = await gathering(4, 25)
  const { batcher, runs, naps, all } = rig
  expect([runs.length, naps.map(({ ms }) => ms)]).toEqual([24, [8]])
  all.push(batcher.submit(26))
  naps[0]?.end()
  await turn()
  expect(runs[24]?.items).toEqual([25, 26])
  runs[24]?.end()
  await Promise.all(all)
  await submitEvery(10_000, 1, rig)
  expect([naps.length, runs.length]).toEqual([1, 26])
})

test('a group gathers no longer than until it has enough', async () => {
  const { batcher, runs, naps, all } = await gathering(1, 100)
  expect(naps.map(({ ms }) => ms)).toEqual([2])
  naps[0]?.end()
  await turn()
  all.push(...[101, 102].map((item) => batcher.submit(item)))
  runs.at(-1)?.end()
  await turn()
  expect(naps.map(({ ms }) => ms)).toEqual([2, 1])
  all.push(batcher.submit(103))
  naps[1]?.end()
  await turn()
  expect(runs.at(-1)?.items).toEqual([101, 102, 103])
  all.push(...[104, 105, 106].map((item) => batcher.submit(item)))
  runs.at(-1)?.end()
  await turn()
  expect([naps.length, runs.at(-1)?.items]).toEqual([2, [104, 105, 106]])
  runs.at(-1)?.end()
  await Promise.all(all)
})

test('closing takes no more and waits for what was taken', async () => {
  const { batcher, runs } = harness()
  const taken = batcher.submit(1)
  let closed = false
  const closing = batcher.close().then(() => (closed = true))
  await expect(batcher.submit(2)).rejects.toMatchObject({ code: 'OVERLOADED' })
  await turn()
  expect(closed).toBe(false)
  runs[0]?.end()
  await closing
  expect(await taken).toBe('done 1')
})

test('halving finds exactly the bad ones, keeps the order, and runs every good one once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 40 }), async (items) => {
      let runs = 0
      const kept: boolean[] = []
      const results = await runByHalves(
        items,
        (part) => {
          runs++
          if (part.includes(false)) return Promise.reject(new Error('bad'))
          kept.push(...part)
          return Promise.resolve(part.map(() => 'good'))
        },
        () => true,
      )
      expect(results.map((result) => (result instanceof Error ? 'bad' : result))).toEqual(
        items.map((good) => (good ? 'good' : 'bad')),
      )
      expect(kept).toHaveLength(items.filter(Boolean).length)
      const bad = items.filter((good) => !good).length
      expect(runs).toBeLessThanOrEqual(1 + 2 * bad * Math.ceil(Math.log2(Math.max(2, items.length))))
    }),
  )
})

test('an error that is nobody’s fault is not looked for', async () => {
  let runs = 0
  const run = () => {
    runs++
    return Promise.reject(new Error('down'))
  }
  await expect(runByHalves([1, 2, 3], run, () => false)).rejects.toThrow('down')
  expect(runs).toBe(1)
})
