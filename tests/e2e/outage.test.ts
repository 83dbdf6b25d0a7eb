import { createApi } from '../support/api'
import { startStack, type ProcessName, type Stack } from '../support/stack'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({
    ownRedis: true,
    ownPostgres: true,
    env: { SWEEP_IDLE_MS: '1000', SWEEP_INTERVAL_MS: '200' },
  })
}, 120_000)
afterAll(() => stack?.close(), 30_000)

const ORDER = { inputMint: 'SOL', outputMint: 'USDC', amount: '10000000' }
const SERVICES = ['gateway', 'notifier', 'order-worker', 'dex-router'] as const

async function readiness(url: string): Promise<{ status: number; checks: Record<string, string> }> {
  const response = await fetch(`${url}/readyz`)
  const { checks } = (await response.json()) as { checks: Record<string, string> }
  return { status: response.status, checks }
}

async function eventually(passes: () => Promise<boolean>): Promise<void> {
  while (!(await passes())) await new Promise((resolve) => setTimeout(resolve, 50))
}

test.each<[ProcessName, string]>([
  ['postgres', 'postgres'],
  ['redis', 'redis'],
])(
  '%s away under requests: refused with 503, named in /readyz, and all well again when it is back',
  async (name, check) => {
    const api = createApi(stack)
    const [before] = await api.place([ORDER])
    await stack.stop(name)
    // What comes in the moment before it is noticed may be accepted: it is durable, or refused by whoever asked in vain.
    await eventually(async () => (await readiness(stack.urls.gateway)).status === 503)
    const during = await Promise.all(Array.from({ length: 10 }, () => api.post('/v1/orders', ORDER)))
    expect(during.map(({ status, body }) => [status, (body as { code: string }).code])).toEqual(
      during.map(() => [503, 'DEPENDENCY_UNAVAILABLE']),
    )
    const ready = await readiness(stack.urls.gateway)
    expect(ready.status).toBe(503)
    expect(ready.checks[check]).not.toBe('ok')

    await stack.restart(name)
    for (const service of SERVICES)
      await eventually(async () => (await readiness(stack.urls[service])).status === 200)
    const [after] = await api.place([ORDER])
    for (const order of [before, after])
      expect(await api.finished(order?.orderId as string)).toMatchObject({ status: 'confirmed' })
  },
  120_000,
)
