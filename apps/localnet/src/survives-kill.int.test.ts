import { setTimeout as pause } from 'node:timers/promises'
import { type PoolState } from '@fillstream/core'
import { findToken, WRAPPED_SOL_MINT } from '@fillstream/types'
import { createSolanaRpc, signature as asSignature } from '@solana/kit'
import { type LocalnetProcess, localnetProcess } from './testing/process'
import { namedSigner, signSwap, type VenueInfo } from './testing/script'

const USDC = findToken('USDC')?.mint ?? ''
const AMOUNT = 1_000_000_000n

let localnet: LocalnetProcess
beforeAll(async () => {
  localnet = await localnetProcess({
    SIM_SLOT_MS: '20',
    SIM_CONFIRM_DELAY_MS: '0-60',
    SIM_LAUNCH_EVERY_MS: '0',
  })
  await localnet.start()
}, 60_000)
afterAll(() => localnet.end())

async function control(path: string, body?: unknown): Promise<Record<string, unknown>> {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return (await (await fetch(`${localnet.controlUrl}${path}`, init)).json()) as Record<string, unknown>
}

it('loses no transaction that anyone has seen landed, when it is killed at any moment', async () => {
  const rpc = createSolanaRpc(localnet.rpcUrl)
  const user = await namedSigner('survivor')
  await control('/faucet', {
    address: user.address,
    grants: [{ mint: WRAPPED_SOL_MINT, amount: '1000000000000' }],
  })
  const venue = (await control('/venue')) as unknown as VenueInfo & { genesisHash: string }
  const seen = new Map<string, bigint>()
  let highest = 0n
  let orders = 0

  for (let round = 0; round < 3; round += 1) {
    const [pool] = (await control('/pools'))['items'] as Pick<PoolState, 'vaultA' | 'index'>[]
    if (pool === undefined) throw new Error('no pool')
    const sent: string[] = []
    const { value: lifetime } = await rpc.getLatestBlockhash().send()
    for (let each = 0; each < 20; each += 1) {
      const swap = await signSwap({
        user,
        venue,
        inputMint: WRAPPED_SOL_MINT,
        outputMint: USDC,
        swapMode: 'ExactIn',
        legs: [{ amount: AMOUNT, vault: pool.vaultA, pools: [pool.index] }],
        output: 1n,
        orderId: `kill-${(orders += 1)}`,
        attempt: 1,
        lifetime,
      })
      await control('/submit', { transaction: swap.transaction })
      sent.push(swap.signature)
      const { value, context } = await rpc.getSignatureStatuses(sent.map(asSignature)).send()
      highest = context.slot > highest ? context.slot : highest
      value.forEach((status, index) => {
        if (status !== null) seen.set(sent[index] ?? '', status.slot)
      })
    }
    await pause(round * 7)
    await localnet.stop('SIGKILL')
    await localnet.start()

    expect(await rpc.getSlot({ commitment: 'processed' }).send()).toBeGreaterThan(highest)
    expect((await control('/venue'))['genesisHash']).toBe(venue.genesisHash)
    const landed = [...seen.keys()].map(asSignature)
    const { value } = await rpc.getSignatureStatuses(landed, { searchTransactionHistory: true }).send()
    expect(value.map((status) => status?.slot)).toEqual([...seen.values()])
    const { items } = (await control('/audit')) as { items: { difference: string }[] }
    expect(items.map(({ difference }) => difference)).toEqual(items.map(() => '0'))
  }
  expect(seen.size).toBeGreaterThan(10)
}, 120_000)

it('killed at any moment of a rollback, comes back before it or after it, with its books exact', async () => {
  const rpc = createSolanaRpc(localnet.rpcUrl)
  const user = await namedSigner('survivor')
  const venue = (await control('/venue')) as unknown as VenueInfo
  let orders = 0
  for (let round = 0; round < 4; round += 1) {
    const [pool] = (await control('/pools'))['items'] as Pick<PoolState, 'vaultA' | 'index'>[]
    if (pool === undefined) throw new Error('no pool')
    const { value: lifetime } = await rpc.getLatestBlockhash({ commitment: 'finalized' }).send()
    const swaps = await Promise.all(
      Array.from({ length: 10 }, () =>
        signSwap({
          user,
          venue,
          inputMint: WRAPPED_SOL_MINT,
          outputMint: USDC,
          swapMode: 'ExactIn',
          legs: [{ amount: AMOUNT, vault: pool.vaultA, pools: [pool.index] }],
          output: 1n,
          orderId: `undone-${(orders += 1)}`,
          attempt: 1,
          lifetime,
        }),
      ),
    )
    const signatures = swaps.map(({ signature }) => asSignature(signature))
    const statuses = async () => (await rpc.getSignatureStatuses(signatures).send()).value
    for (const { transaction } of swaps) await control('/submit', { transaction })
    while ((await statuses()).includes(null));

    const rollback = control('/faults/rollback', { slots: 5, drop: round % 2 === 0 }).catch(() => null)
    await pause(round * 6)
    await localnet.stop('SIGKILL')
    await rollback
    await localnet.start()
    const { items } = (await control('/audit')) as { items: { difference: string }[] }
    expect(items.map(({ difference }) => difference)).toEqual(items.map(() => '0'))
    const known = (await statuses()).flatMap((status, i) => (status === null ? [] : (signatures[i] ?? [])))
    for (const signature of known)
      expect(
        await rpc
          .getTransaction(signature, {
            commitment: 'confirmed',
            encoding: 'json',
            maxSupportedTransactionVersion: 0,
          })
          .send(),
      ).toMatchObject({ meta: { err: null } })
    // What is gone can be sent again, and lands once.
    for (const { transaction } of swaps) await control('/submit', { transaction })
    while ((await statuses()).includes(null));
    const found = await rpc.getSignaturesForAddress(user.address, { commitment: 'confirmed' }).send()
    const landed = found.map(({ signature }) => signature)
    expect(new Set(landed).size).toBe(landed.length)
  }
}, 120_000)

it('stops in order when asked', async () => {
  expect(await localnet.stop('SIGTERM')).toBe(0)
}, 30_000)
