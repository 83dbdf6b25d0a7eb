import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { createSolanaRpc, address, type Rpc, signature as asSignature, type SolanaRpcApi } from '@solana/kit'
import { WebSocket } from 'ws'
import { once } from 'node:events'
import { type Instance, startInstance } from '../testing/instance'
import { namedSigner, randomAddress, signSwap } from '../testing/script'
import { testConfig } from '../testing/world'

let instance: Instance
let replica: Rpc<SolanaRpcApi>
beforeAll(async () => {
  instance = await startInstance(testConfig({ LOCALNET_REPLICA_PORT: '0' }))
  replica = createSolanaRpc(instance.localnet.replicaUrl ?? '')
})
afterAll(() => instance.end())
afterEach(() => set({}))

async function set(faults: object, method = 'PUT'): Promise<{ status: number; body: object }> {
  const response = await fetch(`${instance.localnet.controlUrl}/faults`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(method === 'PUT' ? { body: JSON.stringify(faults) } : {}),
  })
  return { status: response.status, body: (await response.json()) as object }
}

const ask = (url: string, method: string) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] }),
  })
const slot = async () => ((await instance.control('/audit')).body as { slot: number }).slot

async function untilSlot(wanted: number): Promise<void> {
  while ((await slot()) < wanted);
}

/** A signed swap of a new wallet. */
async function signedSwap(orderId: string) {
  const user = await namedSigner(orderId)
  await instance.control('/faucet', {
    address: user.address,
    grants: [{ mint: WRAPPED_SOL_MINT, amount: '100000000000' }],
  })
  const [pool] = (await instance.control('/pools')).body['items'] as {
    index: number
    vaultA: string
    mintB: string
  }[]
  if (pool === undefined) throw new Error('no pool')
  return signSwap({
    user,
    venue: await instance.venue(),
    inputMint: WRAPPED_SOL_MINT,
    outputMint: pool.mintB,
    swapMode: 'ExactIn',
    legs: [{ amount: 1_000_000_000n, vault: pool.vaultA, pools: [pool.index] }],
    output: 1n,
    orderId,
    attempt: 1,
    lifetime: (await instance.rpc.getLatestBlockhash({ commitment: 'finalized' }).send()).value,
  })
}

const well = { delayMs: 0, refuse: false, tooManyRequests: false }
const none = {
  rpc: well,
  replica: { ...well, lagSlots: 0 },
  submit: { ...well, loseAnswer: 0 },
  landing: { drop: 0, late: 0, fail: 0 },
  pubsub: { silent: false },
}

it('a set is replaced whole, told, and ended', async () => {
  expect((await instance.control('/faults')).body).toEqual(none)
  const changed = { ...none, landing: { drop: 0.5, late: 0, fail: 0.5 } }
  expect(await set({ landing: { drop: 0.5, fail: 0.5 } })).toEqual({ status: 200, body: changed })
  expect((await instance.control('/faults')).body).toEqual(changed)
  expect((await set({ pubsub: { silent: true } })).body).toEqual({ ...none, pubsub: { silent: true } })
  expect(await set({}, 'DELETE')).toEqual({ status: 200, body: none })
})

it.each([
  { rpc: { delay: 1 } },
  { weather: {} },
  { landing: { drop: 1.5 } },
  { landing: { drop: 0.6, late: 0.6 } },
  { replica: { lagSlots: 101 } },
  { submit: { refuse: 'yes' } },
])('a set with a mistake is refused and changes nothing: %j', async (faults) => {
  expect(await set(faults)).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } })
  expect((await instance.control('/faults')).body).toEqual(none)
})

describe.each(['rpc', 'replica'] as const)('the %s address', (name) => {
  const url = () => (name === 'rpc' ? instance.localnet.rpcUrl : (instance.localnet.replicaUrl ?? ''))
  const other = () => (name === 'rpc' ? (instance.localnet.replicaUrl ?? '') : instance.localnet.rpcUrl)

  it('is cut, says 429, and is well again; the other one is not touched', async () => {
    await set({ [name]: { refuse: true } })
    await expect(ask(url(), 'getSlot')).rejects.toThrow('fetch failed')
    expect((await ask(other(), 'getSlot')).status).toBe(200)
    await set({ [name]: { tooManyRequests: true } })
    const refused = await ask(url(), 'getSlot')
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { code: 429 } }])
    await set({})
    expect((await ask(url(), 'getSlot')).status).toBe(200)
  })

  it('answers late', async () => {
    await set({ [name]: { delayMs: 200 } })
    const before = await slot()
    await ask(url(), 'getSlot')
    expect(await slot()).toBeGreaterThanOrEqual(before + 5)
  })
})

it('a replica that lags sees the chain of then, and passes on what is sent to it', async () => {
  const wallet = randomAddress()
  await instance.control('/faucet', {
    address: wallet,
    grants: [{ mint: WRAPPED_SOL_MINT, amount: '5000000' }],
  })
  const granted = await slot()
  await set({ replica: { lagSlots: 100 } })
  expect((await replica.getBalance(address(wallet), { commitment: 'processed' }).send()).value).toBe(0n)
  const seen = Number(await replica.getSlot({ commitment: 'processed' }).send())
  expect(seen).toBeLessThan((await slot()) - 90)

  const { value: lifetime, context } = await replica.getLatestBlockhash({ commitment: 'processed' }).send()
  expect(Number(lifetime.lastValidBlockHeight)).toBe(Number(context.slot) + 150)
  const airdrop = await replica.requestAirdrop(address(wallet), 7n as never).send()
  expect(await instance.landed(airdrop)).toBeNull()
  const statuses = () =>
    replica.getSignatureStatuses([asSignature(airdrop)], { searchTransactionHistory: true }).send()
  expect((await statuses()).value).toEqual([null])
  expect(await replica.getSignaturesForAddress(address(wallet), { commitment: 'confirmed' }).send()).toEqual(
    [],
  )

  await untilSlot(granted + 102)
  expect(
    (await replica.getBalance(address(wallet), { commitment: 'processed' }).send()).value,
  ).toBeGreaterThan(0n)
  await set({})
  expect((await statuses()).value[0]).toMatchObject({ err: null })
})

it('a submit whose answer is lost was taken in', async () => {
  const swap = await signedSwap('lost-answer')
  await set({ submit: { loseAnswer: 1 } })
  await expect(instance.control('/submit', { transaction: swap.transaction })).rejects.toThrow('fetch failed')
  expect(await instance.landed(swap.signature)).toBeNull()
})

it('a submit that is refused or has too many beside it was not', async () => {
  const swap = await signedSwap('refused')
  await set({ submit: { refuse: true } })
  await expect(instance.control('/submit', { transaction: swap.transaction })).rejects.toThrow('fetch failed')
  await set({ submit: { tooManyRequests: true } })
  expect(await instance.control('/submit', { transaction: swap.transaction })).toMatchObject({
    status: 429,
    body: { error: { code: 'TOO_MANY_REQUESTS' } },
  })
  await untilSlot((await slot()) + 5)
  const { value } = await instance.rpc.getSignatureStatuses([asSignature(swap.signature)]).send()
  expect(value).toEqual([null])
})

it('a silent PubSub keeps its connections and says nothing, and goes on afterwards', async () => {
  const socket = new WebSocket(instance.localnet.wsUrl)
  const messages: string[] = []
  socket.on('message', (data: Buffer) => messages.push(data.toString()))
  await once(socket, 'open')
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'slotSubscribe', params: [] }))
  while (messages.length < 5) await once(socket, 'message')

  await set({ pubsub: { silent: true } })
  await untilSlot((await slot()) + 2)
  const heard = messages.length
  await untilSlot((await slot()) + 10)
  expect([messages.length, socket.readyState]).toEqual([heard, WebSocket.OPEN])
  await set({})
  await once(socket, 'message')
  socket.close()
})

it('a rollback is seen at once: no status, then the same transaction in a later slot', async () => {
  const swap = await signedSwap('rolled-back')
  await instance.control('/submit', { transaction: swap.transaction })
  await instance.landed(swap.signature)
  const statuses = () => instance.rpc.getSignatureStatuses([asSignature(swap.signature)]).send()
  const first = (await statuses()).value[0]?.slot ?? 0n
  const deep = (await slot()) - Number(first) + 10
  const { status, body } = await instance.control('/faults/rollback', { slots: Math.min(deep, 25) })
  expect(status).toBe(200)
  expect(body['transactions']).toContain(swap.signature)
  expect(await instance.landed(swap.signature)).toBeNull()
  expect((await statuses()).value[0]?.slot).toBeGreaterThan(first)

  const dropped = await instance.control('/faults/rollback', { slots: 20, drop: true })
  expect(dropped.body['transactions']).toContain(swap.signature)
  expect((await statuses()).value).toEqual([null])
  expect(await instance.control('/faults/rollback', { slots: 32 })).toMatchObject({ status: 400 })
  const { body: audit } = await instance.control('/audit')
  for (const item of audit['items'] as { difference: string }[]) expect(item.difference).toBe('0')
})

it('counts what took effect', async () => {
  const metrics = await (await fetch(`${instance.localnet.controlUrl}/metrics`)).text()
  for (const fault of ['rpc.refuse', 'replica.delayMs', 'submit.loseAnswer', 'rollback'])
    expect(metrics).toMatch(new RegExp(`localnet_faults_injected\\{fault="${fault}"[^}]*\\} [1-9]`))
})
