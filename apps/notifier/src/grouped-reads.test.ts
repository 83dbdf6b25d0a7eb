import { createGroupedReads } from './grouped-reads'
import { createPacer } from './pacer'
import { createTurns } from './turns'

const turn = () => new Promise((resolve) => setImmediate(resolve))

interface Asked {
  readonly keys: readonly number[]
  answer(found: ReadonlyMap<string, string>): void
  fail(error: Error): void
}

function scripted(width: number, size: number) {
  const asked: Asked[] = []
  const pacer = createPacer(createTurns({ monotonic: () => 0 }))
  const reads = createGroupedReads<number, string>(width, pacer, {
    size,
    nameOf: String,
    read: (keys) => new Promise((answer, fail) => asked.push({ keys, answer, fail })),
  })
  return { reads, asked }
}

test('what waits while a statement is under way goes into the next, and not more than fit', async () => {
  const { reads, asked } = scripted(1, 2)
  const first = reads.get(1)
  await turn()
  const others = [2, 3, 4].map((key) => reads.get(key))
  await turn()
  expect(asked.map(({ keys }) => keys)).toEqual([[1]])
  asked[0]?.answer(new Map([['1', 'one']]))
  expect(await first).toBe('one')
  await turn()
  asked[1]?.answer(new Map([['3', 'three']]))
  expect(await Promise.all(others.slice(0, 2))).toEqual([undefined, 'three'])
  await turn()
  expect(asked.map(({ keys }) => keys)).toEqual([[1], [2, 3], [4]])
  asked[2]?.answer(new Map())
  expect(await others[2]).toBeUndefined()
})

test('an answer is shared by those who asked before it was read, never by later ones', async () => {
  const { reads, asked } = scripted(2, 10)
  const both = [reads.get(1), reads.get(1)]
  await turn()
  const later = reads.get(1)
  await turn()
  expect(asked.map(({ keys }) => keys)).toEqual([[1], [1]])
  asked[0]?.answer(new Map([['1', 'old']]))
  asked[1]?.answer(new Map([['1', 'new']]))
  expect(await Promise.all([...both, later])).toEqual(['old', 'old', 'new'])
})

test('a failed statement fails its own group only', async () => {
  const { reads, asked } = scripted(1, 1)
  const [bad, good] = [reads.get(1), reads.get(2)]
  await turn()
  asked[0]?.fail(new Error('away'))
  await expect(bad).rejects.toThrow('away')
  await turn()
  asked[1]?.answer(new Map([['2', 'two']]))
  expect(await good).toBe('two')
})

test('the answers of a group are given out four in a turn, and only then is the next one read', async () => {
  const { reads, asked } = scripted(1, 10)
  let answered = 0
  for (let key = 1; key <= 10; key += 1) void reads.get(key).then(() => (answered += 1))
  await turn()
  asked[0]?.answer(new Map())
  void reads.get(11)
  const seen = new Set<number>()
  while (asked.length === 1) {
    await turn()
    seen.add(answered)
  }
  expect([...seen].filter((so) => so > 0)).toEqual([4, 8, 10])
})
