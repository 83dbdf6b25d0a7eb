import { type QueuedOrder } from '@fillstream/messaging'
import { createEnqueuer } from './enqueuer'

const order = (orderId: string): QueuedOrder => ({ orderId, accountId: 'a', lastSeq: 1 })

function rig(enqueue: (orders: readonly QueuedOrder[]) => Promise<void>) {
  const failures: number[] = []
  const events = { enqueueFailed: (_error: unknown, orders: number) => void failures.push(orders) }
  return { failures, enqueuer: createEnqueuer({ enqueue }, { events, checkpoint: () => {} }) }
}

test('orders of one moment go together, and what comes meanwhile goes next', async () => {
  const batches: string[][] = []
  const { enqueuer } = rig(async (orders) => {
    batches.push(orders.map(({ orderId }) => orderId))
    if (batches.length === 1) for (const id of ['3', '4']) enqueuer.add(order(id))
    await Promise.resolve()
  })
  enqueuer.add(order('1'))
  enqueuer.add(order('2'))
  await enqueuer.close()
  expect(batches).toEqual([
    ['1', '2'],
    ['3', '4'],
  ])
})

test('a group that cannot be queued is counted and left, and the next one is tried', async () => {
  let away = true
  const queued: string[] = []
  const { enqueuer, failures } = rig((orders) => {
    if (away) return Promise.reject(new Error('away'))
    queued.push(...orders.map(({ orderId }) => orderId))
    return Promise.resolve()
  })
  enqueuer.add(order('1'))
  enqueuer.add(order('2'))
  await enqueuer.close()
  away = false
  enqueuer.add(order('3'))
  await enqueuer.close()
  expect(failures).toEqual([2])
  expect(queued).toEqual(['3'])
})

test('no more orders wait than fit', async () => {
  const { enqueuer, failures } = rig(() => Promise.resolve())
  for (let i = 0; i < 20_001; i += 1) enqueuer.add(order(String(i)))
  expect(failures).toEqual([1])
  await enqueuer.close()
})
