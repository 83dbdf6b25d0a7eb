import {
  addressWithSeed,
  attemptReference,
  encodeRouteMemo,
  MEMO_PROGRAM,
  memoize,
  temporaryAccountSeed,
  type AddressBook,
  type PoolState,
} from '@fillstream/core'
import { WRAPPED_SOL_MINT, type InstructionWire, type SwapMode } from '@fillstream/types'
import { address, type Address, type Instruction } from '@solana/kit'
import { findAssociatedTokenPda, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token'
import { type Settlement } from '../book/follower'
import { type PlannedLeg } from './swap-plan'
import {
  closeAccount,
  createTokenAccount,
  initializeAccount,
  openAssociated,
  transferChecked,
} from './token-instructions'

/** What is to be settled. Amounts in base units. */
export interface SwapOrder {
  readonly orderId: string
  readonly attempt: number
  readonly wallet: string
  readonly swapMode: SwapMode
  readonly inputMint: string
  readonly outputMint: string
  /** ExactIn: exactly what leaves. ExactOut: the most that leaves. */
  readonly inAmount: bigint
  /** ExactIn: the least that arrives. ExactOut: exactly what arrives. */
  readonly outAmount: bigint
}

export interface BuiltSwap {
  readonly instructions: InstructionWire[]
  readonly coSigner: string
  readonly reference: string
  readonly routeMemo: string
}

/** Builds the instructions of settlements; addresses that come again are not derived or checked anew. */
export type BuildSwap = (
  order: SwapOrder,
  legs: readonly PlannedLeg[],
  settlement: Settlement,
) => Promise<BuiltSwap>

const KNOWN_ACCOUNTS = 20_000
const MEMO_PROGRAM_ADDRESS = address(MEMO_PROGRAM)
const WRAPPED_SOL = address(WRAPPED_SOL_MINT)

export function createSwapBuilder(addresses: AddressBook): BuildSwap {
  const associated = memoize(KNOWN_ACCOUNTS, async (ownerAndMint) => {
    const [owner = '', mint = ''] = ownerAndMint.split(' ')
    const [account] = await findAssociatedTokenPda({
      owner: address(owner),
      mint: address(mint),
      tokenProgram: TOKEN_PROGRAM_ADDRESS,
    })
    return account
  })
  return (order, legs, settlement) => buildSwap({ addresses, associated }, order, legs, settlement)
}

interface Known {
  readonly addresses: AddressBook
  /** The associated token account of `<owner> <mint>`. */
  readonly associated: (ownerAndMint: string) => Promise<Address>
}

/** Throws a RangeError where `text` is no address. */
function asAddress({ addresses }: Known, text: string): Address {
  addresses.bytesOf(text)
  return text as Address
}

/**
 * The instructions of one settlement, to be signed by the wallet and, at the venue, by the co-signer: the temporary
 * wrapped-SOL account or the output's token account, each leg's input to the vault of its first pool, the bound from the
 * payout account to the wallet, the temporary account's end, the route as a memo.
 */
async function buildSwap(
  known: Known,
  order: SwapOrder,
  legs: readonly PlannedLeg[],
  settlement: Settlement,
): Promise<BuiltSwap> {
  const payoutAccount =
    settlement.payoutAccounts[order.outputMint] ??
    // Payout accounts too are associated ones: those of tokens younger than the venue's directory are found so.
    (await known.associated(`${settlement.routerAuthority} ${order.outputMint}`))
  const wallet = asAddress(known, order.wallet)
  const coSigner = asAddress(known, settlement.routerAuthority)
  const reference = attemptReference(order)
  const routeMemo = encodeRouteMemo({
    swapMode: order.swapMode,
    legs: legs.map((leg) => leg.pools.map((pool) => pool.index)),
  })
  const temporary = temporaryAccount(known, order)
  const [input, output] = await Promise.all([
    accountOf(known, order.inputMint, wallet, temporary),
    accountOf(known, order.outputMint, wallet, temporary),
  ])
  const payout = transferChecked({
    source: asAddress(known, payoutAccount),
    mint: asAddress(known, order.outputMint),
    destination: output,
    authority: coSigner,
    amount: order.outAmount,
    decimals: decimalsOf(legs, order.outputMint),
    reference: reference as Address,
  })
  const instructions: Instruction[] = [
    ...(temporary === null
      ? []
      : openTemporary(known, order, wallet, temporary, settlement.tokenAccountRent)),
    ...(order.outputMint === WRAPPED_SOL_MINT
      ? []
      : [openAssociated(output, wallet, asAddress(known, order.outputMint))]),
    ...payIn(known, order, legs, wallet, input),
    payout,
    ...(temporary === null ? [] : [closeAccount(temporary, wallet)]),
    { programAddress: MEMO_PROGRAM_ADDRESS, data: Buffer.from(routeMemo) },
  ]
  return { instructions: instructions.map(toWire), coSigner, reference, routeMemo }
}

/** Parts of `amount` by the legs' shares; what the divisions leave goes with the last. */
export function splitAmount(amount: bigint, shares: readonly number[]): bigint[] {
  const parts = shares.map((bps) => (amount * BigInt(bps)) / 10_000n)
  const rest = amount - parts.reduce((sum, part) => sum + part, 0n)
  return parts.map((part, place) => (place === parts.length - 1 ? part + rest : part))
}

function temporaryAccount({ addresses }: Known, order: SwapOrder): Address | null {
  if (order.inputMint !== WRAPPED_SOL_MINT && order.outputMint !== WRAPPED_SOL_MINT) return null
  const seed = temporaryAccountSeed(order)
  return addressWithSeed(addresses, order.wallet, seed, TOKEN_PROGRAM_ADDRESS) as Address
}

async function accountOf(
  { associated }: Known,
  mint: string,
  owner: Address,
  temporary: Address | null,
): Promise<Address> {
  return mint === WRAPPED_SOL_MINT && temporary !== null ? temporary : associated(`${owner} ${mint}`)
}

function openTemporary(
  { addresses }: Known,
  order: SwapOrder,
  wallet: Address,
  temporary: Address,
  rent: bigint,
): Instruction[] {
  const funding = order.inputMint === WRAPPED_SOL_MINT ? order.inAmount : 0n
  const owner = { address: wallet, bytes: addresses.bytesOf(wallet) }
  return [
    createTokenAccount(temporary, owner, {
      seed: temporaryAccountSeed(order),
      lamports: rent + funding,
      tokenProgram: addresses.bytesOf(TOKEN_PROGRAM_ADDRESS),
    }),
    initializeAccount(temporary, WRAPPED_SOL, owner.bytes),
  ]
}

function payIn(
  known: Known,
  order: SwapOrder,
  legs: readonly PlannedLeg[],
  wallet: Address,
  input: Address,
): Instruction[] {
  const parts = splitAmount(
    order.inAmount,
    legs.map((leg) => leg.bps),
  )
  return legs.map((leg, place) =>
    transferChecked({
      source: input,
      mint: asAddress(known, order.inputMint),
      destination: asAddress(known, vaultOf(leg.pools[0], order.inputMint)),
      authority: wallet,
      amount: parts[place] ?? 0n,
      decimals: decimalsOf(legs, order.inputMint),
    }),
  )
}

function vaultOf(pool: PoolState | undefined, mint: string): string {
  if (pool === undefined) throw new RangeError('a leg has at least one pool')
  return pool.mintA === mint ? pool.vaultA : pool.vaultB
}

function decimalsOf(legs: readonly PlannedLeg[], mint: string): number {
  for (const pool of legs.flatMap((leg) => leg.pools)) {
    if (pool.mintA === mint) return pool.decimalsA
    if (pool.mintB === mint) return pool.decimalsB
  }
  throw new RangeError(`no pool of the route trades ${mint}`)
}

function toWire({ programAddress, accounts = [], data }: Instruction): InstructionWire {
  return {
    programAddress,
    accounts: accounts.map((account) => ({ address: account.address, role: account.role })),
    data: Buffer.from(data ?? new Uint8Array()).toString('base64'),
  }
}
