import { type Pacer } from './pacer'

/** Reads of many keys, so many by one statement as wait while an earlier one is under way. */
export interface GroupedReads<Key, Found> {
  /** What there is for the key, read after the call. */
  get(key: Key): Promise<Found | undefined>
}

export interface GroupedReadsOptions<Key, Found> {
  /** Keys of one statement at most. */
  readonly size: number
  /** Which keys ask for the same: they share an answer, where it is read after both have asked. */
  nameOf(key: Key): string
  /** Reads a group, and answers by name. It may wait for its turn first. */
  read(keys: readonly Key[]): Promise<ReadonlyMap<string, Found>>
}

interface Waiting<Key, Found> {
  readonly key: Key
  readonly answer: Promise<Found | undefined>
  resolve(found: Found | undefined): void
  reject(error: unknown): void
}

/** An answer sets off a greeting, or a replay: of a group, so many in a turn of the event loop. */
const ANSWERS_PER_TURN = 4

/** @param width groups under way at once: until all of a group have their answers, which the pacer spreads out */
export function createGroupedReads<Key, Found>(
  width: number,
  pacer: Pacer,
  { size, nameOf, read }: GroupedReadsOptions<Key, Found>,
): GroupedReads<Key, Found> {
  const waiting = new Map<string, Waiting<Key, Found>>()
  let running = 0
  let scheduled = false

  function takeGroup(): Map<string, Waiting<Key, Found>> {
    const group = new Map<string, Waiting<Key, Found>>()
    for (const [name, one] of waiting) {
      if (group.size >= size) break
      group.set(name, one)
      waiting.delete(name)
    }
    return group
  }

  async function run(group: ReadonlyMap<string, Waiting<Key, Found>>): Promise<void> {
    try {
      const found = await read([...group.values()].map(({ key }) => key))
      let n = 0
      for (const [name, { resolve }] of group) {
        if (n++ % ANSWERS_PER_TURN === 0) await pacer.turn()
        resolve(found.get(name))
      }
    } catch (error) {
      for (const { reject } of group.values()) reject(error)
    }
  }

  function pump(): void {
    scheduled = false
    while (running < width && waiting.size > 0) {
      running += 1
      void run(takeGroup()).finally(() => {
        running -= 1
        pump()
      })
    }
  }

  return {
    get(key) {
      const name = nameOf(key)
      const known = waiting.get(name)
      if (known) return known.answer
      let settle: Pick<Waiting<Key, Found>, 'resolve' | 'reject'> | undefined
      const answer = new Promise<Found | undefined>((resolve, reject) => (settle = { resolve, reject }))
      if (settle) waiting.set(name, { key, answer, ...settle })
      if (!scheduled) {
        scheduled = true
        setImmediate(pump)
      }
      return answer
    },
  }
}
