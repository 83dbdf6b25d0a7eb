import { setImmediate as turn } from 'node:timers/promises'
import { atMost } from './at-most'

/** Work that ends when it is told to. */
function heldWork() {
  const begun = new Map<number, { end(): void; fail(error: Error): void }>()
  const work = (item: number) =>
    new Promise<void>((resolve, reject) => begun.set(item, { end: resolve, fail: reject }))
  return { begun, work }
}

test('one that is slow holds up no other, and no more run than may', async () => {
  const { begun, work } = heldWork()
  const done = atMost(2, [0, 1, 2, 3], work)
  expect([...begun.keys()]).toEqual([0, 1])
  for (const item of [1, 2]) {
    begun.get(item)?.end()
    await turn()
  }
  expect([...begun.keys()]).toEqual([0, 1, 2, 3])
  for (const item of [0, 3]) begun.get(item)?.end()
  await done
})

test('a failure lets those under way end, and none begins after it', async () => {
  const { begun, work } = heldWork()
  let ended = false
  const done = atMost(2, [0, 1, 2], work).finally(() => (ended = true))
  begun.get(0)?.fail(new Error('first'))
  await turn()
  expect(ended).toBe(false)
  begun.get(1)?.fail(new Error('second'))
  await expect(done).rejects.toThrow('first')
  expect([...begun.keys()]).toEqual([0, 1])
})
