import { isPoolOpen, type PoolState } from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { type SlotContext } from '../svm/chain-parts'
import { feeOf } from '../svm/fees'
import { type SigningKey } from '../svm/keys'
import { type LandedTransaction } from '../svm/landed'
import { type Ledger } from '../svm/ledger'
import { withSignature } from '../svm/wire'
import { type Bank } from '../tokens/bank'
import { type Faucet } from '../tokens/faucet'
import { type PoolBook } from '../venues/pool-book'
import { vaultOf } from './check'
import { evaluateRoute, type LegOutcome, otherMint, type RouteOutcome } from './evaluate'
import { type PayRest } from './rest'
import { type Settlement } from './shape'

/** What playing the venue's side needs. */
export interface Desk {
  readonly ledger: Ledger
  readonly bank: Bank
  readonly faucet: Faucet
  readonly pools: PoolBook
  /** True where a pool does not take this mint back (`launches/kinds.ts`). */
  refusesSale(pool: PoolState, inputMint: string): boolean
  readonly router: SigningKey
  readonly payoutAccounts: ReadonlyMap<string, string>
  readonly payRest: PayRest
}

// A wallet that is refilled keeps at least the rent of an empty account.
const WALLET_RENT = 890_880n

/**
 * Plays the venue's side of a settlement in the slot in which it lands: evaluates the curves, puts exactly what they give
 * into the payout account, co-signs and runs. Where the transaction fails, all but its fee is undone; where it succeeds,
 * pools and vaults follow, and what was not needed is paid in a second transaction. Before one of its pools opens it is not
 * co-signed, so it does not land, not even as a failure.
 */
export function settle(desk: Desk, settlement: Settlement, slot: SlotContext): LandedTransaction[] {
  if (closedPool(desk, settlement, slot.slot, slot.blockTime) !== undefined) return []
  refill(desk, settlement)
  const outcome = evaluateRoute((index) => desk.pools.at(index), {
    swapMode: settlement.swapMode,
    inputMint: settlement.inputMint,
    legs: settlement.legs,
    output: settlement.payout.amount,
    slot: BigInt(slot.slot),
    now: BigInt(slot.blockTime),
    refusesSale: (pool, inputMint) => desk.refusesSale(pool, inputMint),
  })
  const { payout } = settlement
  // Tokens that strangers sent to the payout account must not help a swap over its minimum.
  const stray = desk.bank.balance(payout.account)
  const undo = fund(desk, settlement, outcome)
  const main = slot.run(withSignature(settlement.wire, 1, desk.router.sign(settlement.wire.message)))
  if (main === null || main.err !== null || !outcome.feasible) {
    undo()
    return main === null ? [] : [main]
  }
  for (const leg of outcome.legs) for (const hop of leg.hops) desk.pools.update(hop.after)
  const surplus = moveBetweenVaults(desk, settlement, outcome.legs, outcome.output)
  const rest = surplus > 0n ? desk.payRest(settlement, surplus, slot) : null
  desk.bank.add(payout.account, stray)
  return rest === null ? [main] : [main, rest]
}

/** The first pool of a settlement that does not trade yet in this slot (its time in Unix seconds). */
export function closedPool(
  { pools }: Desk,
  { legs }: Settlement,
  slot: number,
  blockTime: number,
): PoolState | undefined {
  return legs
    .flatMap((leg) => leg.pools)
    .map((index) => pools.at(index))
    .find((pool) => pool !== undefined && !isPoolOpen(pool, BigInt(slot), BigInt(blockTime)))
}

/** Puts the curves' output into the payout account, out of the last pools' vaults where there is a way to settle. */
function fund({ ledger, bank }: Desk, { payout, outputMint }: Settlement, outcome: RouteOutcome): () => void {
  const vaults = outcome.legs.flatMap((leg) => {
    const vault = vaultOf(leg.hops.at(-1)?.pool, outputMint)
    return vault === undefined ? [] : [{ vault, amount: leg.amountOut }]
  })
  const touched = [payout.account, ...vaults.map(({ vault }) => vault)]
  const before = touched.map((address) => [address, ledger.read(address)] as const)
  for (const { vault, amount } of vaults) bank.add(vault, -amount)
  // Without a way to settle the payout must fail even where the user asked for nothing: there is nothing to pay from.
  if (outcome.feasible || payout.amount > 0n) bank.setBalance(payout.account, outcome.output)
  else ledger.write(payout.account, null)
  return () => {
    for (const [address, state] of before) ledger.write(address, state)
  }
}

/** Passes tokens from pool to pool, and returns the surplus, which lies in its mint's payout account. */
function moveBetweenVaults(
  { bank, payoutAccounts }: Desk,
  { swapMode, inputMint, legs: signed, payout }: Settlement,
  legs: readonly LegOutcome[],
  output: bigint,
): bigint {
  let unused = 0n
  for (const [index, leg] of legs.entries()) {
    const paid = signed[index]
    if (paid === undefined) continue
    bank.add(paid.vault, leg.amountIn - paid.amount)
    unused += paid.amount - leg.amountIn
    for (const [at, hop] of leg.hops.slice(0, -1).entries()) {
      const mint = otherMint(hop.pool, hop.inputMint)
      const from = vaultOf(hop.pool, mint)
      const to = vaultOf(leg.hops[at + 1]?.pool, mint)
      if (from !== undefined && to !== undefined) bank.move(from, to, hop.swap.amountOut)
    }
  }
  if (swapMode === 'ExactIn') return output - payout.amount
  bank.add(payoutAccounts.get(inputMint) ?? '', unused)
  return unused
}

/** Gives a wallet that asked for it what this transaction would lack. */
function refill({ ledger, bank, faucet }: Desk, settlement: Settlement): void {
  const { wire, user, inputMint, outputMint, source, destination } = settlement
  if (inputMint !== WRAPPED_SOL_MINT) {
    const input = settlement.legs.reduce((sum, leg) => sum + leg.amount, 0n)
    faucet.refill(user, inputMint, source, input)
  }
  const opens = outputMint !== WRAPPED_SOL_MINT && ledger.read(destination) === null
  const lamports = settlement.temporaryLamports + feeOf(wire) + (opens ? bank.tokenRent : 0n) + WALLET_RENT
  faucet.refill(user, WRAPPED_SOL_MINT, user, lamports)
}
