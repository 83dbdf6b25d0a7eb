import { attemptMemo, MEMO_PROGRAM, minOutput, VENUES } from '@fillstream/core'
import { createRpcClient, type RpcCaller, type RpcClient } from '@fillstream/messaging'
import {
  createLogger,
  createMetrics,
  systemClock,
  systemIds,
  systemRandom,
  type Deps,
} from '@fillstream/runtime'
import { DEX_ROUTER, dexRouterOperations, findToken, type InstructionWire } from '@fillstream/types'
import { getAddMemoInstruction } from '@solana-program/memo'
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token'
import {
  address,
  appendTransactionMessageInstructions,
  createSolanaRpc,
  createTransactionMessage,
  generateKeyPairSigner,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  partiallySignTransactionMessageWithSigners,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  type Instruction,
  type KeyPairSigner,
} from '@solana/kit'
import { loadConfig } from './config'
import { start, type DexRouter } from './start'
import { eventually, startLocalnet, type LocalnetProcess } from './testing/localnet-process'

const mint = (symbol: string) => findToken(symbol)?.mint ?? ''
const [SOL, USDC, BONK, RAY] = ['SOL', 'USDC', 'BONK', 'RAY'].map(mint) as [string, string, string, string]
const redisUrl = process.env['TEST_REDIS_URL'] as string
const prefix = `test-dex-router-${systemIds.uuid()}`
const WAIT_MS = 5_000

let localnet: LocalnetProcess
let router: DexRouter
let client: RpcClient
let caller: RpcCaller<typeof dexRouterOperations>

beforeAll(async () => {
  localnet = await startLocalnet()
  const deps: Deps = {
    clock: systemClock,
    ids: systemIds,
    random: systemRandom,
    logger: createLogger({ service: 'dex-router', level: 'silent' }),
    metrics: createMetrics('dex-router', { processMetrics: false }),
    checkpoint: () => {},
  }
  const config = loadConfig({
    REDIS_URL: redisUrl,
    KEY_PREFIX: prefix,
    DEX_ROUTER_PORT: '0',
    CHAIN_RPC_URL: localnet.rpcUrl,
    CHAIN_WS_URL: localnet.wsUrl,
    VENUE_API_URL: localnet.controlUrl,
    SIM_QUOTE_DELAY_MS: '5',
    BOOK_STALE_MS: '1000',
    CHAIN_RETRY_MAX_MS: '200',
  })
  router = await start(config, deps)
  client = createRpcClient({ redisUrl, prefix }, deps)
  caller = client.to(DEX_ROUTER, dexRouterOperations)
  await eventually('the router is ready', async () => (await readiness()).status === 200)
}, 60_000)

afterAll(async () => {
  await client.close()
  await router.close()
  await localnet.close()
})

async function readiness() {
  const response = await fetch(`${router.address}/readyz`)
  return { status: response.status, body: (await response.json()) as { checks: Record<string, string> } }
}

const quote = (inputMint: string, outputMint: string, swapMode: 'ExactIn' | 'ExactOut', amount: bigint) =>
  caller.call('quote', { inputMint, outputMint, swapMode, amount: amount.toString() }, WAIT_MS)

test('a quote compares the three venues, 2 to 5 % apart, and takes the best', async () => {
  const receipt = await quote(SOL, USDC, 'ExactIn', 50n * 10n ** 9n)
  expect(receipt.quotes.map(({ venue }) => venue).sort()).toEqual(VENUES.map(({ name }) => name).sort())
  const outputs = receipt.quotes.map((row) => Number(row.outAmount))
  expect(Math.max(...outputs)).toBe(Number(receipt.outAmount))
  const spreadBps = (Math.max(...outputs) / Math.min(...outputs) - 1) * 10_000
  expect(spreadBps).toBeGreaterThanOrEqual(200)
  expect(spreadBps).toBeLessThanOrEqual(500)
  expect(receipt.priceImpactBps).toBeLessThanOrEqual(1)
  expect(receipt.quotes.map(({ outcome }) => outcome)).toEqual(['won', 'lost', 'lost'])
})

test('what cannot be had is refused with its code', async () => {
  await expect(quote(BONK, RAY, 'ExactIn', 10n ** 9n)).rejects.toMatchObject({ code: 'NO_ROUTE' })
  const tooMuch = quote(USDC, SOL, 'ExactOut', 10n ** 19n)
  await expect(tooMuch).rejects.toMatchObject({ code: 'INSUFFICIENT_LIQUIDITY' })
})

test('tokens, venues and pools are those of the chain', async () => {
  const { tokens } = await caller.call('tokens', {}, WAIT_MS)
  expect(tokens.map(({ symbol }) => symbol)).toEqual(['SOL', 'USDC', 'USDT', 'JUP', 'BONK', 'RAY'])
  const { pools } = await caller.call('pools', {}, WAIT_MS)
  const { venues } = await caller.call('venues', {}, WAIT_MS)
  for (const venue of venues) {
    expect(venue).toMatchObject({
      status: 'up',
      pools: pools.filter((pool) => pool.venue === venue.venue).length,
    })
    expect(venue.lastSlot).toBeGreaterThan(0)
  }
  expect(pools.length).toBe(27)
})

test('the book follows the chain: slots go on and prices move', async () => {
  const before = await caller.call('pools', {}, WAIT_MS)
  await eventually('a pool has moved', async () => {
    const now = await caller.call('pools', {}, WAIT_MS)
    return now.pools.some((pool, at) => pool.slot > (before.pools[at]?.slot ?? Infinity))
  })
})

test.each([
  ['SOL for USDC, ExactIn', SOL, USDC, 'ExactIn' as const, 5n * 10n ** 9n],
  ['USDC for SOL, ExactOut', USDC, SOL, 'ExactOut' as const, 2n * 10n ** 9n],
  ['USDC for BONK, ExactIn', USDC, BONK, 'ExactIn' as const, 100n * 10n ** 6n],
])('its swap instructions settle: %s', async (_, inputMint, outputMint, swapMode, amount) => {
  const user = await generateKeyPairSigner()
  await fund(user)
  const receipt = await quote(inputMint, outputMint, swapMode, amount)
  const inAmount = swapMode === 'ExactIn' ? amount : (BigInt(receipt.inAmount) * 101n) / 100n
  const outAmount = swapMode === 'ExactIn' ? minOutput(BigInt(receipt.outAmount), 50) : amount
  const orderId = systemIds.uuid()
  const swap = await caller.call(
    'swap',
    {
      orderId,
      attempt: 1,
      wallet: user.address,
      swapMode,
      inputMint,
      outputMint,
      inAmount: inAmount.toString(),
      outAmount: outAmount.toString(),
      routePlan: receipt.routePlan,
    },
    WAIT_MS,
  )
  const before = await balance(user, outputMint)
  await settle(user, swap.instructions, orderId)
  // Of SOL the fees go off: far less than what arrived.
  const received = (await balance(user, outputMint)) - before
  expect(received).toBeGreaterThan((outAmount * 99n) / 100n)
  if (outputMint !== SOL) expect(received).toBeGreaterThanOrEqual(outAmount)
})

test.each([
  ['the quote less the slippage', null],
  ['a bound that was fixed before', '1000'],
])('a quote comes with the instructions that settle it, within %s', async (_, bound) => {
  const user = await generateKeyPairSigner()
  await fund(user)
  const orderId = systemIds.uuid()
  const before = await balance(user, USDC)
  const { receipt, swap } = await caller.call(
    'quoteSwap',
    {
      orderId,
      attempt: 1,
      wallet: user.address,
      swapMode: 'ExactIn',
      inputMint: SOL,
      outputMint: USDC,
      amount: '5000000000',
      bound,
      slippageBps: 100,
    },
    WAIT_MS,
  )
  const least = bound === null ? minOutput(BigInt(receipt.outAmount), 100) : BigInt(bound)
  const payout = swap.instructions.map(({ data }) => Buffer.from(data, 'base64'))
  // TokenInstruction::TransferChecked: tag 12, then the amount.
  expect(payout.filter((data) => data[0] === 12).map((data) => data.readBigUInt64LE(1))).toContain(least)
  await settle(user, swap.instructions, orderId)
  expect((await balance(user, USDC)) - before).toBeGreaterThanOrEqual(least)
})

test('without the chain nothing is quoted, readiness says so, and all is well by itself when it is back', async () => {
  await localnet.kill()
  await eventually('the router is not ready', async () => (await readiness()).status === 503)
  expect((await readiness()).body.checks['chain']).toMatch(/no slot/)
  await expect(quote(SOL, USDC, 'ExactIn', 10n ** 9n)).rejects.toMatchObject({ code: 'VENUE_UNAVAILABLE' })
  expect((await caller.call('venues', {}, WAIT_MS)).venues.map(({ status }) => status)).not.toContain('up')
  await localnet.start()
  await eventually('the router is ready again', async () => (await readiness()).status === 200)
  expect((await quote(SOL, USDC, 'ExactIn', 10n ** 9n)).quotes).toHaveLength(3)
}, 60_000)

test('what it does can be read from its metrics', async () => {
  const text = await (await fetch(`${router.address}/metrics`)).text()
  for (const name of [
    'quote_seconds_bucket',
    'venue_quote_seconds_sum',
    'book_age_seconds',
    'quote_wins_total',
  ]) {
    expect(text).toContain(`fillstream_${name}`)
  }
})

async function fund(user: KeyPairSigner): Promise<void> {
  const grants = [
    { mint: SOL, amount: (100n * 10n ** 9n).toString() },
    { mint: USDC, amount: (10_000n * 10n ** 6n).toString() },
  ]
  const response = await fetch(`${localnet.controlUrl}/faucet`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ address: user.address, grants }),
  })
  expect(response.ok).toBe(true)
  await eventually('the wallet is funded', async () => (await balance(user, USDC)) > 0n)
}

async function balance(user: KeyPairSigner, of: string): Promise<bigint> {
  const rpc = createSolanaRpc(localnet.rpcUrl)
  if (of === SOL) return (await rpc.getBalance(user.address).send()).value
  const owner = { owner: user.address, mint: address(of), tokenProgram: TOKEN_PROGRAM_ADDRESS }
  const [account] = await findAssociatedTokenPda(owner)
  const answer = await rpc
    .getTokenAccountBalance(account)
    .send()
    .catch(() => null)
  return BigInt(answer?.value.amount ?? 0)
}

async function settle(user: KeyPairSigner, wire: readonly InstructionWire[], orderId: string): Promise<void> {
  const rpc = createSolanaRpc(localnet.rpcUrl)
  const { value: lifetime } = await rpc.getLatestBlockhash().send()
  const memo = attemptMemo({ orderId, attempt: 1 })
  const instructions: Instruction[] = [
    ...wire.map(fromWire),
    getAddMemoInstruction({ memo }, { programAddress: address(MEMO_PROGRAM) }),
  ]
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (draft) => setTransactionMessageFeePayerSigner(user, draft),
    (draft) => setTransactionMessageLifetimeUsingBlockhash(lifetime, draft),
    (draft) => appendTransactionMessageInstructions(instructions, draft),
  )
  const signed = await partiallySignTransactionMessageWithSigners(message)
  const response = await fetch(`${localnet.controlUrl}/submit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ transaction: getBase64EncodedWireTransaction(signed) }),
  })
  expect(await response.json()).toEqual({ signature: getSignatureFromTransaction(signed) })
  await eventually('the swap has landed', async () => {
    const [status] = (await rpc.getSignatureStatuses([getSignatureFromTransaction(signed)]).send()).value
    if (status?.err) throw new Error(JSON.stringify(status.err))
    return status?.confirmationStatus === 'confirmed' || status?.confirmationStatus === 'finalized'
  })
}

function fromWire({ programAddress, accounts, data }: InstructionWire): Instruction {
  return {
    programAddress: address(programAddress),
    accounts: accounts.map((account) => ({ address: address(account.address), role: account.role })),
    data: new Uint8Array(Buffer.from(data, 'base64')),
  }
}
