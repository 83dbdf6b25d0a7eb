import {
  type AttemptName,
  attemptReference,
  decodeAttemptMemo,
  decodeRouteMemo,
  encodeBase58,
} from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { type WireTransaction } from '../svm/wire'
import {
  ASSOCIATED_TOKEN_PROGRAM,
  COMPUTE_BUDGET_PROGRAM,
  MEMO_PROGRAM,
  SYSTEM_PROGRAM,
  TOKEN_PROGRAM,
} from '../tokens/programs'

/** A transfer of SPL Token's `transferChecked`. */
interface Transfer {
  readonly from: string
  readonly mint: string
  readonly to: string
  readonly authority: string
  readonly amount: bigint
  /** Accounts after the authority: the reference is one. */
  readonly extra: readonly string[]
}

/** One leg as signed: what leaves the user into the first pool's vault. */
export interface SignedLeg {
  readonly amount: bigint
  readonly vault: string
  /** Indexes of the pools that the leg passes. */
  readonly pools: readonly number[]
}

/** A settlement transaction, understood. */
export interface Settlement {
  readonly wire: WireTransaction
  readonly user: string
  readonly attempt: AttemptName
  readonly reference: string
  readonly swapMode: 'ExactIn' | 'ExactOut'
  readonly inputMint: string
  readonly outputMint: string
  /** The user's account that pays. */
  readonly source: string
  /** The user's account that receives. */
  readonly destination: string
  readonly legs: readonly SignedLeg[]
  /** The payout account, and what leaves it inside the transaction: minOut, or exactly the amount for ExactOut. */
  readonly payout: { readonly account: string; readonly amount: bigint }
  /** Lamports put into the temporary wrapped-SOL account; 0 where SOL is not involved. */
  readonly temporaryLamports: bigint
}

/** Why a transaction is no settlement. */
export class MalformedSettlement extends Error {}

/**
 * Reads a transaction as a settlement: nothing but the instructions of the settlement's form, each at most as often as
 * the form has it. What only the chain can know (balances, accounts) is left to the chain; throws MalformedSettlement.
 */
export function readSettlement(wire: WireTransaction, routerAuthority: string): Settlement {
  const user = wire.keys[0]
  if (wire.version !== 0 || user === undefined) throw new MalformedSettlement('not a v0 transaction')
  if (wire.header.signers !== 2 || wire.keys[1] !== routerAuthority)
    throw new MalformedSettlement('must be signed by the user, who pays the fee, and the router authority')
  if (wire.lookups.length > 0) throw new MalformedSettlement('lookup tables are not supported')

  const parts = readParts(wire)
  const route = only(parts.routes, 'route memo')
  const attempt = only(parts.attempts, '<orderId>:<attempt> memo')
  const payout = only(
    parts.transfers.filter((transfer) => transfer.authority === routerAuthority),
    'transfer from the payout account',
  )
  const signed = parts.transfers.filter((transfer) => transfer.authority === user)
  const first = signed[0]
  if (first === undefined || signed.length !== route.legs.length)
    throw new MalformedSettlement('must have one transfer of the user for each leg of the route memo')
  if (parts.transfers.length !== signed.length + 1)
    throw new MalformedSettlement('a transfer is signed by a stranger')
  if (signed.some((transfer) => transfer.mint !== first.mint || transfer.from !== first.from))
    throw new MalformedSettlement('the legs must leave one account')
  if (signed.some((transfer) => transfer.extra.length > 0))
    throw new MalformedSettlement("the user's transfers must name four accounts")
  if (first.mint === payout.mint) throw new MalformedSettlement('input and output are the same mint')

  const reference = attemptReference(attempt)
  if (payout.extra.length !== 1 || payout.extra[0] !== reference)
    throw new MalformedSettlement('the payout must name the reference of its attempt')

  const settlement: Settlement = {
    wire,
    user,
    attempt,
    reference,
    swapMode: route.swapMode,
    inputMint: first.mint,
    outputMint: payout.mint,
    source: first.from,
    destination: payout.to,
    legs: signed.map(({ amount, to }, index) => ({ amount, vault: to, pools: route.legs[index] ?? [] })),
    payout: { account: payout.from, amount: payout.amount },
    temporaryLamports: temporaryLamports(parts, user, first, payout),
  }
  if (settlement.legs.some((leg) => leg.amount === 0n))
    throw new MalformedSettlement('a leg transfers nothing')
  if (settlement.swapMode === 'ExactOut' && payout.amount === 0n)
    throw new MalformedSettlement('ExactOut of nothing')
  return settlement
}

interface Parts {
  readonly transfers: Transfer[]
  readonly created: { readonly account: string; readonly base: string; readonly lamports: bigint }[]
  readonly initialized: { readonly account: string; readonly mint: string; readonly owner: string }[]
  readonly closed: { readonly account: string; readonly to: string; readonly owner: string }[]
  readonly associated: { readonly payer: string; readonly account: string }[]
  readonly routes: NonNullable<ReturnType<typeof decodeRouteMemo>>[]
  readonly attempts: AttemptName[]
}

function readParts(wire: WireTransaction): Parts {
  const parts: Parts = {
    transfers: [],
    created: [],
    initialized: [],
    closed: [],
    associated: [],
    routes: [],
    attempts: [],
  }
  for (const { programIndex, accounts: indexes, data } of wire.instructions) {
    const accounts = indexes.map((index) => wire.keys[index] ?? '')
    const bytes = Buffer.from(data)
    switch (wire.keys[programIndex]) {
      case COMPUTE_BUDGET_PROGRAM:
        break
      case SYSTEM_PROGRAM:
        parts.created.push(readCreation(accounts, bytes))
        break
      case ASSOCIATED_TOKEN_PROGRAM:
        if (bytes.length !== 1 || bytes[0] !== 1)
          throw new MalformedSettlement('only CreateIdempotent of the associated token program is allowed')
        parts.associated.push({ payer: at(accounts, 0), account: at(accounts, 1) })
        break
      case TOKEN_PROGRAM:
        readTokenInstruction(parts, accounts, bytes)
        break
      case MEMO_PROGRAM:
        readMemo(parts, accounts, bytes.toString())
        break
      default:
        throw new MalformedSettlement(`program ${wire.keys[programIndex]} has no place in a settlement`)
    }
  }
  return parts
}

// Instruction layouts: System `CreateAccountWithSeed` is {u32 3, base, u64 length, seed, u64 lamports, u64 space, owner}.
function readCreation(accounts: readonly string[], data: Buffer): Parts['created'][number] {
  const fixed = 4 + 32 + 8
  if (data.length < fixed || data.readUInt32LE(0) !== 3)
    throw new MalformedSettlement('only CreateAccountWithSeed of the system program is allowed')
  const seedLength = Number(data.readBigUInt64LE(36))
  if (data.length !== fixed + seedLength + 8 + 8 + 32) throw new MalformedSettlement('bad account creation')
  return {
    account: at(accounts, 1),
    base: at(accounts, 0),
    lamports: data.readBigUInt64LE(fixed + seedLength),
  }
}

function readTokenInstruction(parts: Parts, accounts: readonly string[], data: Buffer): void {
  switch (data[0]) {
    case 12: // TransferChecked {amount, decimals}
      if (data.length !== 10) throw new MalformedSettlement('bad transferChecked')
      parts.transfers.push({
        from: at(accounts, 0),
        mint: at(accounts, 1),
        to: at(accounts, 2),
        authority: at(accounts, 3),
        amount: data.readBigUInt64LE(1),
        extra: accounts.slice(4),
      })
      break
    case 18: // InitializeAccount3 {owner}
      if (data.length !== 33) throw new MalformedSettlement('bad initializeAccount3')
      parts.initialized.push({
        account: at(accounts, 0),
        mint: at(accounts, 1),
        owner: encodeBase58(data.subarray(1)),
      })
      break
    case 9: // CloseAccount
      parts.closed.push({ account: at(accounts, 0), to: at(accounts, 1), owner: at(accounts, 2) })
      break
    default:
      throw new MalformedSettlement(`token instruction ${data[0]} has no place in a settlement`)
  }
}

function readMemo(parts: Parts, accounts: readonly string[], text: string): void {
  const route = decodeRouteMemo(text)
  const attempt = decodeAttemptMemo(text)
  if (accounts.length > 0) throw new MalformedSettlement('memos must name no signers')
  if (route !== null) parts.routes.push(route)
  else if (attempt !== null && !attempt.rest) parts.attempts.push(attempt)
  else throw new MalformedSettlement(`unknown memo ${JSON.stringify(text.slice(0, 100))}`)
}

/** Checks the temporary wrapped-SOL account (made, used on SOL's side, closed to the user) and what is put into it. */
function temporaryLamports(parts: Parts, user: string, input: Transfer, payout: Transfer): bigint {
  if (parts.associated.length > 1 || parts.associated.some(({ payer }) => payer !== user))
    throw new MalformedSettlement('at most one associated token account may be made, by the user')
  if (input.mint !== WRAPPED_SOL_MINT && payout.mint !== WRAPPED_SOL_MINT) {
    if (parts.created.length + parts.initialized.length + parts.closed.length > 0)
      throw new MalformedSettlement('a temporary account has no place where SOL is not traded')
    return 0n
  }
  const used = input.mint === WRAPPED_SOL_MINT ? input.from : payout.to
  const created = only(parts.created, 'creation of the temporary account')
  const initialized = only(parts.initialized, 'initialization of the temporary account')
  const closed = only(parts.closed, 'closing of the temporary account')
  if ([created, initialized, closed].some(({ account }) => account !== used))
    throw new MalformedSettlement('SOL must go through the temporary account')
  if (created.base !== user || initialized.owner !== user || closed.owner !== user || closed.to !== user)
    throw new MalformedSettlement('the temporary account must be made by, owned by and closed to the user')
  if (initialized.mint !== WRAPPED_SOL_MINT)
    throw new MalformedSettlement('the temporary account must hold SOL')
  return created.lamports
}

function only<T>(items: readonly T[], what: string): T {
  const [item] = items
  if (item === undefined || items.length > 1) throw new MalformedSettlement(`must have exactly one ${what}`)
  return item
}

function at(accounts: readonly string[], index: number): string {
  const account = accounts[index]
  if (account === undefined) throw new MalformedSettlement('an instruction names too few accounts')
  return account
}
