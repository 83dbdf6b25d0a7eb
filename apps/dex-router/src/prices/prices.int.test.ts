import { createLastPrices, createRpcClient, startPriceReader, type PriceReader } from '@fillstream/messaging'
import { createRedis, systemDeps } from '@fillstream/runtime'
import { DEX_ROUTER, dexRouterOperations, findToken, pairId, type PriceEvent } from '@fillstream/types'
import { createTestRedis } from '../../../../tests/support/redis'
import { loadConfig } from '../config'
import { start, type DexRouter } from '../start'
import { eventually, startLocalnet, type LocalnetProcess } from '../testing/localnet-process'

const mint = (symbol: string) => findToken(symbol)?.mint ?? ''
const RAY_USDC = pairId({ inputMint: mint('RAY'), outputMint: mint('USDC') })
const deps = systemDeps('dex-router', 'silent')
const testRedis = createTestRedis()
const redis = createRedis(testRedis.url, 'producer', deps.logger)
const lastPrices = createLastPrices(redis, testRedis.keyPrefix)

let localnet: LocalnetProcess
let reader: PriceReader
const routers: DexRouter[] = []
const heard: PriceEvent[] = []
const slotsOf = (id: string) => heard.filter((event) => pairId(event) === id).map(({ slot }) => slot)

beforeAll(async () => {
  localnet = await startLocalnet()
  reader = startPriceReader({ redisUrl: testRedis.url, prefix: testRedis.keyPrefix }, deps, {
    position: () => Promise.resolve('0-0'),
    onPrices: (events) => Promise.resolve(void heard.push(...events)),
  })
}, 60_000)

afterAll(async () => {
  await Promise.all(routers.map((router) => router.close()))
  await reader.stop()
  await localnet.close()
  await testRedis.clear()
  redis.disconnect()
})

async function startRouter(): Promise<DexRouter> {
  const router = await start(
    loadConfig({
      REDIS_URL: testRedis.url,
      KEY_PREFIX: testRedis.keyPrefix,
      DEX_ROUTER_PORT: '0',
      CHAIN_RPC_URL: localnet.rpcUrl,
      CHAIN_WS_URL: localnet.wsUrl,
      VENUE_API_URL: localnet.controlUrl,
      SIM_QUOTE_DELAY_MS: '5',
      PRICE_LEASE_MS: '300',
    }),
    systemDeps('dex-router', 'silent'),
  )
  routers.push(router)
  return router
}

async function stopRouter(router: DexRouter): Promise<void> {
  routers.splice(routers.indexOf(router), 1)
  await router.close()
}

type Pool = { address: string; venue: string; mintA: string; mintB: string }
type Logged = { to: number; items: { slot: number; pools: { address: string }[] }[] }

async function control<Body>(path: string, body?: unknown): Promise<Body> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`${localnet.controlUrl}${path}`, body === undefined ? {} : init)
  return (await response.json()) as Body
}

async function rayPools(): Promise<Pool[]> {
  const { items } = await control<{ items: Pool[] }>('/pools')
  return items.filter(({ mintA, mintB }) => mintA === mint('RAY') && mintB === mint('USDC'))
}

/** The slots after `after` in which a pool of RAY and USDC changed, by localnet's own log. */
async function changedSlots(after: number): Promise<number[]> {
  const addresses = (await rayPools()).map(({ address }) => address)
  const { items } = await control<Logged>(`/slots?from=${after + 1}&limit=500`)
  return items
    .filter(({ pools }) => pools.some(({ address }) => addresses.includes(address)))
    .map(({ slot }) => slot)
}

function expectRising(slots: readonly number[]): void {
  expect(slots).toEqual([...new Set(slots)].sort((one, other) => one - other))
}

test('every pair is priced both ways, each slot once, however many copies there are', async () => {
  await Promise.all([startRouter(), startRouter()])
  const pairs = () => new Set(heard.map(pairId))
  await eventually('all pairs have moved', () =>
    Promise.resolve(pairs().size === 18 && slotsOf(RAY_USDC).length > 3),
  )
  for (const id of pairs()) expectRising(slotsOf(id))
  expect((await lastPrices.all()).length).toBe(18)
})

test('a price is what the books would give now', async () => {
  const client = createRpcClient({ redisUrl: testRedis.url, prefix: testRedis.keyPrefix }, deps)
  const caller = client.to(DEX_ROUTER, dexRouterOperations)
  await eventually('the price of one slot was asked for in that slot', async () => {
    const price = await lastPrices.get(RAY_USDC)
    if (price === null) return false
    const { inputMint, outputMint } = price
    const swaps = [
      ...price.exactIn.map(({ size }) => ({
        inputMint,
        outputMint,
        swapMode: 'ExactIn' as const,
        amount: size,
      })),
      ...price.exactOut.map(({ size }) => ({
        inputMint,
        outputMint,
        swapMode: 'ExactOut' as const,
        amount: size,
      })),
    ]
    const { amounts } = await caller.call('executable', { swaps }, 5_000)
    const told = [...price.exactIn, ...price.exactOut].map(({ amount }) => amount)
    return told.length > 20 && JSON.stringify(amounts) === JSON.stringify(told)
  })
  await client.close()
})

test('what nobody was there to publish is published by the next, slot by slot', async () => {
  for (const router of [...routers]) await stopRouter(router)
  const before = await lastPrices.get(RAY_USDC)
  const [pool] = await rayPools()
  for (const priceBps of [300, -300, 200, -200]) await control(`/pools/${pool?.address}/move`, { priceBps })
  let missed: number[] = []
  await eventually('the moves are confirmed', async () => {
    missed = await changedSlots(before?.slot ?? 0)
    return missed.length >= 4
  })
  await startRouter()
  const last = missed.at(-1) ?? 0
  await eventually('a later slot was published', () =>
    Promise.resolve((slotsOf(RAY_USDC).at(-1) ?? 0) > last),
  )
  expect(slotsOf(RAY_USDC)).toEqual(expect.arrayContaining(missed))
  expectRising(slotsOf(RAY_USDC))
}, 30_000)

test('Redis that has lost the prices is told them again', async () => {
  await testRedis.clear()
  await eventually('all pairs have a price', async () => (await lastPrices.all()).length === 18)
})
