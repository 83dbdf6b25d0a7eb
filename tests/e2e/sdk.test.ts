import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createClient, type FillstreamClient } from '@fillstream/sdk'
import { startStack, type Stack } from '../support/stack'

const STATUSES = ['pending', 'routing', 'building', 'submitted', 'confirmed']

let stack: Stack
let client: FillstreamClient
beforeAll(async () => {
  stack = await startStack({ env: { SIM_SLOT_MS: '100', SIM_CONFIRM_DELAY_MS: '500-1000' } })
  client = createClient({ baseUrl: stack.urls.gateway, streamUrl: stack.urls.stream, apiKey: stack.apiKey })
}, 120_000)
afterAll(() => stack?.close(), 30_000)

test('orders watched through the SDK while the notifier is killed: every event once, in order, to the end', async () => {
  const orders = await Promise.all(
    Array.from({ length: 10 }, () =>
      client.orders.place({ inputMint: 'SOL', outputMint: 'USDC', amount: 20_000_000n }),
    ),
  )
  const watching = orders.map(async ({ orderId }) => {
    const statuses: string[] = []
    for await (const event of client.orders.watch(orderId)) statuses.push(event.status)
    return statuses
  })
  await stack.kill('notifier')
  await stack.restart('notifier')
  for (const statuses of await Promise.all(watching)) expect(statuses).toEqual(STATUSES)
}, 120_000)

test('the market is told: a price that rises by slot, and a launch once', async () => {
  const slots: number[] = []
  const launch = async () => {
    const body = JSON.stringify({ openInMs: 0 })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${stack.urls.control}/launches`, { method: 'POST', headers, body })
    return ((await response.json()) as { pool: string }).pool
  }
  for await (const { slot, exactIn } of client.prices.watch({ inputMint: 'SOL', outputMint: 'USDC' })) {
    expect(exactIn.find(({ size }) => size === 1_000_000_000n)?.amount).toBeGreaterThan(0n)
    if (slots.push(slot) === 3) break
    // A trade moves the pool, so that there is a next price.
    await client.orders.place({ inputMint: 'SOL', outputMint: 'USDC', amount: 1_000_000_000n })
  }
  expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b))

  const launches = client.launches.watch()
  const pools = [await launch(), await launch()]
  const told: string[] = []
  for await (const { pool } of launches) if (told.push(pool) === pools.length) break
  expect(told.sort()).toEqual(pools.sort())
}, 60_000)

test('the command line places an order and watches it to its end', async () => {
  const cli = join(__dirname, '../../packages/sdk/dist/cli.js')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, 'order', 'place', '--in', 'SOL', '--out', 'USDC', '--amount', '0.5', '--watch', '--json'],
    {
      env: {
        PATH: process.env['PATH'],
        FILLSTREAM_URL: stack.urls.gateway,
        FILLSTREAM_STREAM_URL: stack.urls.stream,
        FILLSTREAM_API_KEY: stack.apiKey,
      },
    },
  )
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { status: string })
  expect(lines.map(({ status }) => status)).toEqual(expect.arrayContaining(STATUSES))
}, 60_000)
