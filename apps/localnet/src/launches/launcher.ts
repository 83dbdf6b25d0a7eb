import { encodeBase58, type PoolState, venueByName, type VenueName } from '@fillstream/core'
import { findToken } from '@fillstream/types'
import { TOKEN_PRICES } from '../market/pairs'
import { type Desk } from '../settlement/settle'
import { type Facts } from '../storage/facts'
import { type Chain } from '../svm/chain'
import { type AssociatedAccounts } from '../tokens/associated'
import { type VenueAccounts } from '../venues/venue-accounts'
import { LAUNCH_TERMS, type LaunchKind } from './kinds'

export interface LaunchRequest {
  readonly kind: LaunchKind
  /** The new token's address, where it was announced. */
  readonly mint?: string | undefined
  /** From the slot that makes the pool to the one that opens it. */
  readonly openInMs: number
  /** A listed mint. */
  readonly quoteMint: string
  readonly venue: VenueName
}

export interface Launch {
  readonly kind: LaunchKind
  readonly creator: string
  readonly pool: PoolState
  /** The slot in which it was made. */
  readonly slot: number
}

export interface LauncherParts {
  readonly chain: Chain
  readonly desk: Desk
  readonly facts: Facts
  readonly accounts: VenueAccounts
  readonly associated: AssociatedAccounts
  /** The market wallet. */
  readonly marketWallet: string
  readonly slotMs: number
  now(): number
  randomBytes(size: number): Uint8Array
}

/** There is such an account already. */
export class AddressTaken extends Error {}

/** There are as many launched pools as localnet keeps. */
export class TooManyLaunches extends Error {}

const MAX_LAUNCHES = 5_000
const DECIMALS = 6
/** A thousand million tokens. */
const SUPPLY = 10n ** 15n
/** 5 % in the first slot, falling to the venue's own fee. */
const LAUNCH_FEE_RATE = 50_000n
const LAUNCH_FEE_MS = 60_000
const BPS = 10_000n

/** Makes new tokens and the pools that will trade them. */
export interface Launcher {
  /** Resolves when token and pool are on disk. Throws {@link TooManyLaunches} or {@link AddressTaken}. */
  create(request: LaunchRequest): Promise<Launch>
}

export function createLauncher(parts: LauncherParts): Launcher {
  const { chain, desk, accounts, associated, slotMs } = parts
  const newAddress = () => encodeBase58(parts.randomBytes(32))
  return {
    async create(request) {
      if (desk.pools.launched().length >= MAX_LAUNCHES)
        throw new TooManyLaunches(`there are ${MAX_LAUNCHES} launches`)
      const names = {
        address: newAddress(),
        mint: request.mint ?? newAddress(),
        creator: newAddress(),
        vaultA: newAddress(),
        vaultB: newAddress(),
        secondAccount: newAddress(),
      }
      if (desk.ledger.read(names.mint) !== null || accounts.payout.has(names.mint))
        throw new AddressTaken(`${names.mint} is taken`)
      await accounts.add(names.mint)
      const creatorAccount = await associated.addressOf(names.creator, names.mint)
      const openTime = BigInt(Math.floor((parts.now() + request.openInMs) / 1_000))
      const opensAfter = BigInt(Math.ceil(request.openInMs / slotMs))
      // After a rollback this runs again, in a later slot: what clients were told of the opening stays.
      let openSlot: bigint | null = null
      const { result: pool, slot } = await chain.atNextSlot((now) => {
        openSlot ??= BigInt(now) + opensAfter
        return launch(parts, request, { ...names, creatorAccount }, { openSlot, openTime, slot: BigInt(now) })
      })
      return { kind: request.kind, creator: names.creator, pool, slot }
    },
  }
}

function launch(
  { desk, facts, accounts, marketWallet, slotMs }: LauncherParts,
  { kind, quoteMint, venue }: LaunchRequest,
  names: Readonly<
    Record<'address' | 'mint' | 'creator' | 'vaultA' | 'vaultB' | 'creatorAccount' | 'secondAccount', string>
  >,
  when: { readonly openSlot: bigint; readonly openTime: bigint; readonly slot: bigint },
): PoolState {
  const { bank, pools, router } = desk
  const terms = LAUNCH_TERMS[kind]
  const { mint, creator } = names
  const quote = findToken(quoteMint)
  if (quote === undefined) throw new RangeError(`${quoteMint} is not on the verified list`)
  bank.createMint(
    { mint, decimals: DECIMALS },
    {
      mintAuthority: terms.keptAuthority === 'mint' ? creator : null,
      freezeAuthority: terms.keptAuthority === 'freeze' ? creator : null,
    },
  )
  bank.openAccount(accounts.payout.get(mint) ?? '', router.address, mint)
  bank.openAccount(accounts.market.get(mint) ?? '', marketWallet, mint)

  // The creator's share lies in two accounts, so that looking at one alone is not enough.
  const share = (SUPPLY * terms.creatorShareBps) / BPS
  for (const [account, amount] of [
    [names.creatorAccount, share / 2n],
    [names.secondAccount, share - share / 2n],
  ] as const) {
    bank.openAccount(account, creator, mint)
    bank.grantTokens(account, amount)
  }
  const pool: PoolState = {
    address: names.address,
    index: pools.nextIndex(),
    venue,
    curve: 'constantProduct',
    mintA: mint,
    mintB: quoteMint,
    vaultA: names.vaultA,
    vaultB: names.vaultB,
    decimalsA: DECIMALS,
    decimalsB: quote.decimals,
    reserveA: SUPPLY - share,
    reserveB: unitsOf(terms.liquidityUsd, quote.symbol, quote.decimals),
    protocolFeesA: 0n,
    protocolFeesB: 0n,
    feeRate: venueByName(venue).feeRate,
    openTime: when.openTime,
    slot: when.slot,
    launch: {
      creator,
      openSlot: when.openSlot,
      feeRate: LAUNCH_FEE_RATE,
      feeSlots: BigInt(Math.ceil(LAUNCH_FEE_MS / slotMs)),
    },
  }
  for (const [vault, of, amount] of [
    [pool.vaultA, pool.mintA, pool.reserveA],
    [pool.vaultB, pool.mintB, pool.reserveB],
  ] as const) {
    bank.openAccount(vault, pool.address, of)
    bank.grantTokens(vault, amount)
  }
  if (!terms.sellable) facts.set(unsellableFact(pool.address), 'yes')
  pools.create(pool, facts)
  return pool
}

/** True where a pool refuses to take back its own token. */
export function refusesSale(facts: Facts, pool: PoolState, inputMint: string): boolean {
  return inputMint === pool.mintA && facts.get(unsellableFact(pool.address)) !== undefined
}

function unsellableFact(pool: string): string {
  return `unsellable:${pool}`
}

function unitsOf(usd: number, symbol: string, decimals: number): bigint {
  return BigInt(Math.round((usd / (TOKEN_PRICES[symbol]?.usd ?? 1)) * 10 ** decimals))
}
