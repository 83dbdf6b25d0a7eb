import { createSharedReads } from './shared-reads'

function gate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

test('calls for the same thing before it starts share one read; a later call reads anew', async () => {
  const reads = createSharedReads(4)
  let count = 0
  const read = () => Promise.resolve(++count)
  const [first, second] = await Promise.all([reads.run('a', read), reads.run('a', read)])
  expect([first, second]).toEqual([1, 1])
  expect(await reads.run('a', read)).toBe(2)
})

test('a call that comes while the read runs is not given its result', async () => {
  const reads = createSharedReads(4)
  const started = gate()
  const finish = gate()
  const first = reads.run('a', async () => {
    started.open()
    await finish.opened
    return 'older'
  })
  await started.opened
  const second = reads.run('a', () => Promise.resolve('newer'))
  finish.open()
  expect(await Promise.all([first, second])).toEqual(['older', 'newer'])
})

test('never more at once than the width, and one that fails makes room', async () => {
  const reads = createSharedReads(2)
  let running = 0
  let most = 0
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      reads.run(String(i), async () => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running--
        if (i % 3 === 0) throw new Error('away')
        return i
      }),
    ),
  )
  expect(most).toBe(2)
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(7)
})
