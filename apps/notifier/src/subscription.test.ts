import { type OrderNews } from '@fillstream/types'
import { createPacer } from './pacer'
import { type History } from './reads'
import { createSubscription, type Subscription } from './subscription'
import { createTurns } from './turns'

const unread: History = {
  ofOrder: () => Promise.reject(new Error('the log of an order is read')),
  ofAccount: () => Promise.reject(new Error('the log of an account is read')),
}

const numbered = (seq: number): OrderNews => ({
  orderId: 'order',
  accountId: 'account',
  seq,
  cursor: seq,
  status: 'submitted',
  phase: null,
  at: '2026-01-01T00:00:00.000Z',
  data: {},
})

function subscribe(
  after: number,
  history: History,
): { subscription: Subscription; heard: (number | string)[] } {
  const heard: (number | string)[] = []
  const subscription = createSubscription(
    { topic: { kind: 'order', orderId: 'order', accountId: 'account' }, after },
    { history, pacer: createPacer(createTurns({ monotonic: () => 0 })) },
    {
      event: ({ seq }) => heard.push(seq),
      replayComplete: (position) => heard.push(`complete at ${position}`),
      interrupted: (error) => heard.push(String(error)),
      full: () => false,
      room: () => Promise.resolve(),
      ended: () => undefined,
    },
  )
  return { subscription, heard }
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 20))

test('who has missed nothing needs no log, and hears what came before the snapshot was in', async () => {
  const { subscription, heard } = subscribe(4, unread)
  subscription.offer(numbered(5))
  expect(subscription.repair()).toBe(false)
  expect(heard).toEqual([])
  subscription.begin(4, true)
  subscription.offer(numbered(6))
  await turns()
  expect(heard).toEqual(['complete at 4', 5, 6])
})

test('the log is read where something is missing before what came, or may be', async () => {
  const history: History = {
    ...unread,
    ofOrder: (_id, after) => Promise.resolve([5, 6, 7].filter((n) => n > after).map(numbered)),
  }
  for (const [known, complete] of [
    [7, true],
    [4, false],
  ] as const) {
    const { subscription, heard } = subscribe(4, history)
    subscription.offer(numbered(6))
    subscription.begin(known, complete)
    await turns()
    expect(heard).toEqual([5, 6, 7, 'complete at 7'])
  }
})

test('nothing begins that is closed already', async () => {
  const { subscription, heard } = subscribe(0, unread)
  subscription.close()
  subscription.begin(3, true)
  await turns()
  expect(heard).toEqual([])
})
