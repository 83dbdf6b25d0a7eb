import { setTimeout as delay } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import { attemptReference } from '@fillstream/core'
import { namedSigner, signSwap, type VenueInfo } from '../../apps/localnet/src/testing/script'
import { rpc } from '../../tests/support/api'
import { type Stack } from '../../tests/support/stack'
import { fund } from '../../tests/support/wallets'
import { startEngine } from './engine'
import { postRequest, sendLoad } from './http-load'
import { MINTS } from './placing'
import { type SignedAhead } from '../yardsticks/laden-chain'

const USERS = 8
const LAMPORTS = 10_000_000n
/** What `getSignatureStatuses` takes at once. */
const PAGE = 256
const LANDS_WITHIN_MS = 60_000

type User = Awaited<ReturnType<typeof namedSigner>>

/** localnet with nobody beside it, and wallets that can pay. */
export interface LoneChain {
  /** Settlements a second, from the first that is sent to the last that has landed, signed ahead. */
  settle(count: number): Promise<number>
  /** From when each of `count` settlements should have been sent, at this rate, until it is seen confirmed, ms. */
  confirmTimes(count: number, ratePerSecond: number): Promise<number[]>
  /** Settlements that are yet to be sent: good for as long as their blockhash is. */
  signed(count: number): Promise<readonly SignedAhead[]>
  readonly urls: Pick<Stack['urls'], 'rpc' | 'control'>
  close(): Promise<void>
}

/** @param env without it, transactions land in the next slot: what is waited for is its own work */
export async function openLoneChain(env: Readonly<Record<string, string>> = {}): Promise<LoneChain> {
  const stack = await startEngine({ services: ['localnet'], env })
  try {
    const users = await Promise.all(Array.from({ length: USERS }, (_, n) => namedSigner(`bench ${n}`)))
    for (const user of users) await fund(stack, user.address)
    return {
      settle: (count) => settle(stack, users, count),
      confirmTimes: (count, ratePerSecond) => confirmTimes(stack, users, count, ratePerSecond),
      signed: (count) => signAll(stack, users, count),
      urls: stack.urls,
      close: () => stack.close(),
    }
  } catch (error) {
    await stack.close()
    throw error
  }
}

async function settle(stack: Stack, users: readonly User[], count: number): Promise<number> {
  const signed = await signAll(stack, users, count)
  const began = performance.now()
  await submitAll(stack, signed)
  const signatures = signed.map(({ signature }) => signature)
  // The last ones to land are among the last ones sent; then all are looked at, by the way.
  await allLanded(stack, signatures.slice(-PAGE))
  const took = performance.now() - began
  for (let n = 0; n < count; n += PAGE) await allLanded(stack, signatures.slice(n, n + PAGE))
  return (count * 1_000) / took
}

async function submitAll(
  stack: Stack,
  signed: readonly SignedAhead[],
  ratePerSecond?: number,
): Promise<void> {
  const url = `${stack.urls.control}/submit`
  const requests = signed.map(({ transaction }) => postRequest(url, {}, JSON.stringify({ transaction })))
  await sendLoad({
    url,
    connections: 64,
    total: signed.length,
    request: (n) => requests[n] as Buffer,
    status: 200,
    ...(ratePerSecond !== undefined && { ratePerSecond }),
  })
}

async function confirmTimes(
  stack: Stack,
  users: readonly User[],
  count: number,
  ratePerSecond: number,
): Promise<number[]> {
  const signed = await signAll(stack, users, count)
  const waiting = new Map(signed.map(({ signature }, n) => [signature, (n * 1_000) / ratePerSecond]))
  const times: number[] = []
  const began = performance.now()
  const sending = submitAll(stack, signed, ratePerSecond)
  sending.catch(() => undefined)
  const until = began + (count * 1_000) / ratePerSecond + LANDS_WITHIN_MS
  while (waiting.size > 0) {
    if (performance.now() > until) throw new Error(`${waiting.size} settlements were not confirmed`)
    const asked = [...waiting.keys()].slice(0, PAGE)
    const statuses = await statusesOf(stack, asked)
    for (const [i, status] of statuses.entries()) {
      const signature = asked[i] as string
      if (!['confirmed', 'finalized'].includes(status?.confirmationStatus ?? '')) continue
      times.push(performance.now() - began - (waiting.get(signature) as number))
      waiting.delete(signature)
    }
    await delay(20)
  }
  await sending
  return times
}

type Status = { readonly err: unknown; readonly confirmationStatus: string } | null

async function statusesOf(stack: Stack, signatures: readonly string[]): Promise<readonly Status[]> {
  const options = { searchTransactionHistory: true }
  const { value } = await rpc<{ value: readonly Status[] }>(stack, 'getSignatureStatuses', [
    signatures,
    options,
  ])
  const failed = value.find((status) => status !== null && status.err !== null)
  if (failed) throw new Error(`a settlement failed: ${JSON.stringify(failed)}`)
  return value
}

async function allLanded(stack: Stack, signatures: readonly string[]): Promise<void> {
  const until = performance.now() + LANDS_WITHIN_MS
  while ((await statusesOf(stack, signatures)).includes(null)) {
    if (performance.now() > until) throw new Error('not all settlements have landed')
    await delay(20)
  }
}

interface Pool {
  readonly index: number
  readonly mintA: string
  readonly mintB: string
  readonly vaultA: string
}

/** Swaps of the benches' order, one leg over one pool; any output will do. */
async function signAll(stack: Stack, users: readonly User[], count: number): Promise<readonly SignedAhead[]> {
  const get = async <Body>(path: string) =>
    (await (await fetch(`${stack.urls.control}${path}`)).json()) as Body
  const venue = await get<VenueInfo>('/venue')
  const { items } = await get<{ items: Pool[] }>('/pools')
  const pool = items.find(({ mintA, mintB }) => mintA === MINTS.inputMint && mintB === MINTS.outputMint)
  if (pool === undefined) throw new Error('there is no pool of the pair')
  const { value } = await rpc<{ value: { blockhash: string; lastValidBlockHeight: number } }>(
    stack,
    'getLatestBlockhash',
    [],
  )
  const lifetime = { ...value, lastValidBlockHeight: BigInt(value.lastValidBlockHeight) }
  const signed: SignedAhead[] = []
  for (let n = 0; n < count; n += 1) {
    const name = { orderId: randomUUID(), attempt: 1 }
    const { signature, transaction } = await signSwap({
      ...MINTS,
      ...name,
      user: users[n % users.length] as User,
      venue,
      swapMode: 'ExactIn',
      legs: [{ amount: LAMPORTS, vault: pool.vaultA, pools: [pool.index] }],
      output: 1n,
      lifetime,
    })
    signed.push({ signature, transaction, reference: attemptReference(name) })
  }
  return signed
}
