import { type PoolState, type RouteMemo } from '@fillstream/core'
import { findToken } from '@fillstream/types'
import { type Instruction, type KeyPairSigner } from '@solana/kit'
import { vaultOf } from '../settlement/check'
import { submitSettlement } from '../settlement/submit'
import { type LandedTransaction } from '../svm/landed'
import { auditBooks } from '../tokens/audit'
import { readMint, readTokenAccount } from '../tokens/token-account'
import { signSwap } from './script'
import { type TestWorld } from './world'

/** A swap by symbols; `legs` name pools by index, their first pool's vault is found here. */
export interface Trade {
  readonly user: KeyPairSigner
  readonly input: string
  readonly output: string
  readonly swapMode?: RouteMemo['swapMode']
  readonly legs: readonly { readonly amount: bigint; readonly pools: readonly number[] }[]
  /** minOut, or the exact output. */
  readonly atLeast: bigint
  readonly orderId?: string
  readonly attempt?: number
}

/** A signed trade. */
export interface SignedTrade {
  readonly signature: string
  readonly bytes: Uint8Array
}

let orders = 0

/** Builds and signs trades against a test's world. */
export async function signTrade(
  { world }: TestWorld,
  trade: Trade,
  change?: (instructions: Instruction[]) => Instruction[],
): Promise<SignedTrade> {
  const { blockhash, lastValidBlockHeight } = world.chain.latestBlockhash('processed')
  const inputMint = mintOf(trade.input)
  return signSwap(
    {
      user: trade.user,
      venue: {
        routerAuthority: world.desk.router.address,
        payoutAccounts: Object.fromEntries(world.desk.payoutAccounts),
      },
      inputMint,
      outputMint: mintOf(trade.output),
      swapMode: trade.swapMode ?? 'ExactIn',
      legs: trade.legs.map((leg) => ({
        ...leg,
        vault: vaultOf(world.desk.pools.at(leg.pools[0] ?? -1), inputMint) ?? inputMint,
      })),
      output: trade.atLeast,
      decimalsOf: (mint) => {
        const state = world.desk.ledger.read(mint)
        return (state === null ? null : readMint(state))?.decimals ?? 0
      },
      orderId: trade.orderId ?? `order-${(orders += 1)}`,
      attempt: trade.attempt ?? 1,
      lifetime: { blockhash, lastValidBlockHeight: BigInt(lastValidBlockHeight) },
    },
    change,
  )
}

export function submit({ world }: TestWorld, trade: SignedTrade): Promise<string> {
  return submitSettlement(world.chain, world.desk, world.associated, trade.bytes)
}

/** Signs, submits and lets one slot pass; null where nothing landed. */
export async function settleNow(
  test: TestWorld,
  trade: Trade,
): Promise<{ main: LandedTransaction; rest: LandedTransaction | null } | null> {
  const signed = await signTrade(test, trade)
  await submit(test, signed)
  test.pass()
  const main = test.world.chain.parts.history.transaction(signed.signature)
  const rest = test.landed.at(-1)
  return main === null
    ? null
    : { main, rest: rest === undefined || rest.signature === main.signature ? null : rest }
}

/** Lets slots pass until the market does not move in the next `slots`. */
export function calm({ world, config, pass }: TestWorld, slots: number): void {
  const perStep = Math.ceil(400 / config.SIM_SLOT_MS)
  while (perStep - 1 - (world.chain.slot('processed') % perStep) < slots) pass()
}

/** The pool of two symbols at a venue. */
export function poolOf({ world }: TestWorld, a: string, b: string, venue = 'raydium-sim'): PoolState {
  const pool = world.desk.pools
    .all()
    .find((each) => each.venue === venue && each.mintA === mintOf(a) && each.mintB === mintOf(b))
  if (pool === undefined) throw new Error(`no pool ${a}/${b} at ${venue}`)
  return pool
}

/** What a wallet holds of a symbol: lamports for SOL. */
export async function held({ world }: TestWorld, wallet: string, symbol: string): Promise<bigint> {
  const mint = mintOf(symbol)
  return world.desk.faucet.held(wallet, mint, await world.associated.addressOf(wallet, mint))
}

/** Nothing was made or lost, and every vault holds exactly its pool's reserves and fees. */
export function expectConserved({ world }: TestWorld): void {
  for (const { held: sum, granted, burnt } of auditBooks(world.desk.ledger, world.chain.parts.facts))
    expect(sum + burnt).toBe(granted)
  for (const pool of world.desk.pools.all()) {
    expect(amountIn(world.desk.ledger.read(pool.vaultA))).toBe(pool.reserveA + pool.protocolFeesA)
    expect(amountIn(world.desk.ledger.read(pool.vaultB))).toBe(pool.reserveB + pool.protocolFeesB)
  }
  for (const account of world.desk.payoutAccounts.values())
    expect(amountIn(world.desk.ledger.read(account))).toBe(0n)
}

/** The mint of a symbol; a mint is itself. */
export function mintOf(symbolOrMint: string): string {
  return findToken(symbolOrMint)?.mint ?? symbolOrMint
}

function amountIn(account: Parameters<typeof readTokenAccount>[0] | null): bigint {
  return (account === null ? null : readTokenAccount(account))?.amount ?? -1n
}
