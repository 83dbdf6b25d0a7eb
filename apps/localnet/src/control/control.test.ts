import { decodePool, venueByName, type VenueName } from '@fillstream/core'
import { VERIFIED_TOKENS, WRAPPED_SOL_MINT } from '@fillstream/types'
import { address } from '@solana/kit'
import { type Instance, startInstance } from '../testing/instance'
import { associated, randomAddress } from '../testing/script'

const USDC = VERIFIED_TOKENS.find(({ symbol }) => symbol === 'USDC')?.mint ?? ''

let instance: Instance
beforeAll(async () => {
  instance = await startInstance()
})
afterAll(() => instance.end())

const errorOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [
  status,
  (body['error'] as { code: string } | undefined)?.code,
]

it('tells what a client needs of the venue', async () => {
  const { body } = await instance.control('/venue')
  expect(body['genesisHash']).toBe(await instance.rpc.getGenesisHash().send())
  expect(Object.keys(body['payoutAccounts'] as object).sort()).toEqual(
    VERIFIED_TOKENS.map(({ mint }) => mint).sort(),
  )
  expect((body['venues'] as unknown[]).length).toBe(3)
})

it('is alive, ready, and counts', async () => {
  expect(await instance.control('/healthz')).toEqual({ status: 200, body: { status: 'ok' } })
  expect(await instance.control('/readyz')).toEqual({
    status: 200,
    body: { status: 'ready', checks: { chain: 'ok' } },
  })
  const metrics = await fetch(`${instance.localnet.controlUrl}/metrics`)
  expect(await metrics.text()).toContain('fillstream_localnet_transactions_landed')
})

it('gives every listed token, and answers when it can be read', async () => {
  const wallet = randomAddress()
  const grants = VERIFIED_TOKENS.map(({ mint }) => ({ mint, amount: '123456789' }))
  expect((await instance.control('/faucet', { address: wallet, grants })).status).toBe(200)
  expect((await instance.rpc.getBalance(address(wallet)).send()).value).toBe(123_456_789n)
  for (const { mint } of VERIFIED_TOKENS.filter((token) => token.mint !== WRAPPED_SOL_MINT)) {
    const account = await associated(wallet, mint)
    expect((await instance.rpc.getTokenAccountBalance(account).send()).value.amount).toBe('123456789')
  }
  const { body } = await instance.control('/audit')
  for (const item of body['items'] as { difference: string }[]) expect(item.difference).toBe('0')
})

it('tops up an autoTopUp wallet by its grant, no other and no more', async () => {
  const [demo, plain] = [randomAddress(), randomAddress()]
  const grants = [{ mint: USDC, amount: '1000' }]
  await instance.control('/faucet', { address: demo, grants, autoTopUp: true })
  await instance.control('/faucet', { address: plain, grants })
  const topUp = async (wallet: string, amount: string) =>
    (await instance.control('/top-up', { address: wallet, mint: USDC, amount })).body['balance']
  expect(await topUp(demo, '900')).toBe('1000')
  expect(await topUp(demo, '1800')).toBe('2000')
  expect(await topUp(demo, '3001')).toBe('2000')
  expect(await topUp(plain, '1001')).toBe('1000')
})

it('moves a pool for good, and its tokens with it', async () => {
  const { body } = await instance.control('/pools')
  const [pool] = body['items'] as { address: string; venue: VenueName; reserveA: string; reserveB: string }[]
  if (pool === undefined) throw new Error('no pool')
  const priceOf = ({ reserveA, reserveB }: { reserveA: unknown; reserveB: unknown }) =>
    Number(reserveB) / Number(reserveA)
  const before = priceOf(pool)
  const moved = await instance.control(`/pools/${pool.address}/move`, { priceBps: -500 })
  expect(moved.status).toBe(200)
  expect(priceOf(moved.body as never) / before).toBeCloseTo(0.95, 3)

  // Two market steps later it is still there, and its account says the same.
  const { slot } = (await instance.control('/audit')).body as { slot: number }
  while (((await instance.control('/audit')).body as { slot: number }).slot < slot + 45);
  const account = await instance.rpc
    .getAccountInfo(address(pool.address), { encoding: 'base64', commitment: 'processed' })
    .send()
  const data = Buffer.from(account.value?.data[0] ?? '', 'base64')
  const state = decodePool(data, { address: pool.address, venue: pool.venue })
  expect(account.value?.owner).toBe(venueByName(pool.venue).programId)
  expect(priceOf(state ?? pool) / before).toBeCloseTo(0.95, 3)
  const { body: audit } = await instance.control('/audit')
  for (const item of audit['items'] as { difference: string }[]) expect(item.difference).toBe('0')

  await instance.control(`/pools/${pool.address}/move`, { priceBps: 526 })
  const back = await instance.control(`/pools/${pool.address}`)
  expect(priceOf(back.body as never) / before).toBeCloseTo(1, 3)
})

it('answers every mistake with its code', async () => {
  const wallet = randomAddress()
  const grants = [{ mint: USDC, amount: '1' }]
  expect(errorOf(await instance.control('/nothing'))).toEqual([404, 'NOT_FOUND'])
  expect(errorOf(await instance.control(`/pools/${wallet}`))).toEqual([404, 'NOT_FOUND'])
  expect(errorOf(await instance.control(`/pools/${wallet}/move`, { priceBps: 1 }))).toEqual([
    404,
    'NOT_FOUND',
  ])
  const bad: [string, unknown][] = [
    ['/faucet', { address: 'x', grants }],
    ['/faucet', { address: wallet, grants: [] }],
    ['/faucet', { address: wallet, grants: [{ mint: USDC, amount: '-1' }] }],
    ['/faucet', { address: wallet, grants: [{ mint: USDC, amount: '99999999999999999999' }] }],
    ['/faucet', { address: wallet, grants: [{ mint: wallet, amount: '1' }] }],
    ['/faucet', { address: wallet, grants, more: 1 }],
    ['/faucet', { address: wallet, grants: [{ mint: USDC, amount: '18446744073709551615' }] }],
    ['/top-up', { address: wallet, mint: USDC }],
    ['/submit', { transaction: '*' }],
  ]
  for (const [path, body] of bad)
    expect(errorOf(await instance.control(path, body))).toEqual([400, 'VALIDATION_FAILED'])
  expect(errorOf(await instance.control('/submit', { transaction: 'AAAA' }))).toEqual([
    400,
    'MALFORMED_TRANSACTION',
  ])
  const broken = await fetch(`${instance.localnet.controlUrl}/faucet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  })
  expect(broken.status).toBe(400)
  const large = await instance.control('/submit', { transaction: 'A'.repeat(100_000) })
  expect(errorOf(large)).toEqual([413, 'BODY_TOO_LARGE'])
})

it('tells which pools changed in which slot', async () => {
  const { body } = await instance.control('/pools')
  const [pool] = body['items'] as { address: string; venue: VenueName }[]
  const { slot } = (await instance.control('/audit')).body as { slot: number }
  await instance.control(`/pools/${pool?.address}/move`, { priceBps: 10 })
  type Account = { address: string; venue: VenueName; data: string }
  type Answer = { from: number; to: number; pools: Account[]; items: { slot: number; pools: Account[] }[] }
  const read = async () => (await instance.control(`/slots?from=${slot}`)).body as unknown as Answer
  const changed = (answer: Answer) =>
    answer.items.flatMap((item) => item.pools).filter(({ address: of }) => of === pool?.address)
  let answer = await read()
  while (changed(answer).length === 0) answer = await read()
  expect(answer.from).toBe(slot)
  const [account] = changed(answer)
  const data = Buffer.from(account?.data ?? '', 'base64')
  expect(decodePool(data, account as Account)).toMatchObject({ address: pool?.address, venue: pool?.venue })
  expect(errorOf(await instance.control('/slots?limit=0'))).toEqual([400, 'VALIDATION_FAILED'])
})
