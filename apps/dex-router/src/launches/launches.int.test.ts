import { createRpcClient, startLaunchReader, type LaunchReader } from '@fillstream/messaging'
import { systemDeps } from '@fillstream/runtime'
import { DEX_ROUTER, dexRouterOperations, WRAPPED_SOL_MINT, type LaunchEvent } from '@fillstream/types'
import { createTestRedis } from '../../../../tests/support/redis'
import { loadConfig } from '../config'
import { start, type DexRouter } from '../start'
import { eventually, startLocalnet, type LocalnetProcess } from '../testing/localnet-process'

const SOL = '1000000000'
const deps = systemDeps('dex-router', 'silent')
const testRedis = createTestRedis()
const bus = { redisUrl: testRedis.url, prefix: testRedis.keyPrefix }
const client = createRpcClient(bus, deps)
const router = client.to(DEX_ROUTER, dexRouterOperations)
const heard: LaunchEvent[] = []

let localnet: LocalnetProcess
let reader: LaunchReader
let routers: DexRouter[]

beforeAll(async () => {
  localnet = await startLocalnet()
  reader = startLaunchReader(bus, deps, (launches) => heard.push(...launches))
  const config = loadConfig({
    REDIS_URL: testRedis.url,
    KEY_PREFIX: testRedis.keyPrefix,
    DEX_ROUTER_PORT: '0',
    CHAIN_RPC_URL: localnet.rpcUrl,
    CHAIN_WS_URL: localnet.wsUrl,
    VENUE_API_URL: localnet.controlUrl,
    SIM_QUOTE_DELAY_MS: '5',
  })
  routers = await Promise.all([1, 2].map(() => start(config, systemDeps('dex-router', 'silent'))))
  await eventually('the routers follow the pools', async () => {
    const ready = await Promise.all(routers.map(({ address }) => fetch(`${address}/readyz`)))
    return ready.every(({ ok }) => ok)
  })
}, 60_000)

afterAll(async () => {
  await Promise.all(routers.map((each) => each.close()))
  await Promise.all([reader.stop(), client.close()])
  await localnet.close()
  await testRedis.clear()
})

interface Launched {
  readonly pool: string
  readonly mint: string
  readonly creator: string
  readonly openSlot: number
}

async function launch(openInMs: number): Promise<Launched> {
  const response = await fetch(`${localnet.controlUrl}/launches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ openInMs }),
  })
  return (await response.json()) as Launched
}

const heardOf = ({ pool }: Launched) => heard.filter((event) => event.pool === pool)

test('a launch is told once, however many copies see it', async () => {
  const first = await launch(60_000)
  await eventually('it is told', () => Promise.resolve(heardOf(first).length > 0))
  const second = await launch(60_000)
  await eventually('the next one is told', () => Promise.resolve(heardOf(second).length > 0))
  expect(heardOf(first)).toEqual([
    expect.objectContaining({
      mint: first.mint,
      quoteMint: WRAPPED_SOL_MINT,
      creator: first.creator,
      openSlot: first.openSlot,
      decimals: 6,
      quoteReserve: '200000000000',
    }),
  ])
  const { launches } = await router.call('launches', { mint: first.mint }, 5_000)
  expect(launches).toEqual(heardOf(first))
})

test('before it opens it is quoted for its opening alone, after that like any other pool', async () => {
  const { pool, mint, openSlot } = await launch(1_000)
  const question = {
    inputMint: WRAPPED_SOL_MINT,
    outputMint: mint,
    swapMode: 'ExactIn',
    amount: SOL,
  } as const
  const ahead = () => router.call('launchQuote', { pool, amount: SOL }, 5_000)
  await eventually('it is known', async () => (await ahead()).outAmount !== '0')
  const opening = await ahead()
  expect(opening).toMatchObject({ contextSlot: openSlot, feeBps: 500 })
  await expect(router.call('quote', question, 5_000)).rejects.toMatchObject({ code: 'NO_ROUTE' })

  await eventually('it trades', async () => (await router.call('quote', question, 5_000)).outAmount !== '0')
  const open = await router.call('quote', question, 5_000)
  expect(open.contextSlot).toBeGreaterThanOrEqual(openSlot)
  // The launch fee falls slot by slot, so the same money buys more.
  expect(BigInt(open.outAmount)).toBeGreaterThanOrEqual(BigInt(opening.outAmount))
  const { tokens } = await router.call('tokens', {}, 5_000)
  expect(tokens.find((token) => token.mint === mint)).toEqual({
    mint,
    symbol: null,
    name: null,
    decimals: 6,
    verified: false,
  })
})
