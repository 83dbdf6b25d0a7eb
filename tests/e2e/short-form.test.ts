import { WebSocket } from 'ws'
import { createApi, type Api } from '../support/api'
import { startStack, type Stack } from '../support/stack'

const STATUSES = ['pending', 'routing', 'building', 'submitted', 'confirmed']

let stack: Stack
let api: Api
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_MODE: 'true', SIM_SLOT_MS: '100' } })
  api = createApi(stack)
}, 120_000)
afterAll(() => stack?.close(), 30_000)

/** Everything that `/ws?orderId=` says until it closes, and the close code. */
function listen(url: string): Promise<{ code: number; messages: { status: string; txHash?: string }[] }> {
  return new Promise((resolve, reject) => {
    const messages: { status: string; txHash?: string }[] = []
    const socket = new WebSocket(url)
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as { status: string }))
    socket.on('error', reject)
    socket.on('close', (code) => resolve({ code, messages }))
  })
}

test('50 short orders of 50 SOL at once, without a key in demo mode: all confirmed, streamed from the first status on', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const response = await fetch(`${stack.urls.gateway}${i % 2 ? '/execute' : '/api/orders/execute'}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ amount: 50 }),
      })
      expect(response.status).toBe(200)
      return (await response.json()) as { status: string; orderId: string; message: string; stream: string }
    }),
  )
  expect(answers.every(({ status, message }) => status === 'pending' && message.length > 0)).toBe(true)
  const live = await Promise.all(answers.map(({ stream }) => listen(stream)))
  const late = await Promise.all(answers.map(({ stream }) => listen(stream)))
  for (const [i, { code, messages }] of [...live, ...late].entries()) {
    expect(messages.map(({ status }) => status)).toEqual(STATUSES)
    expect(code).toBe(1000)
    const order = await api.order(answers[i % 50]?.orderId as string)
    expect(order).toMatchObject({ status: 'confirmed', outputAmount: '50000000000', swapMode: 'ExactOut' })
    expect(messages.at(-1)?.txHash).toBe(order.txHash)
  }
  expect(new Set(live.map(({ messages }) => messages.at(-1)?.txHash)).size).toBe(50)
}, 120_000)

test('a fraction of a SOL is bought to the last lamport', async () => {
  const { status, body } = await api.post('/execute', { amount: 0.123456789 })
  expect(status).toBe(200)
  const done = await api.finished((body as { orderId: string }).orderId)
  expect(done).toMatchObject({ status: 'confirmed', outputAmount: '123456789' })
}, 60_000)
