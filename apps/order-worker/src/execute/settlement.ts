import { formatPrice, type Order } from '@fillstream/core'
import { findToken, WRAPPED_SOL_MINT, type Fee } from '@fillstream/types'
import { type LandedTransaction, type TokenBalance } from '../adapters/chain/chain'

const BASE_FEE_PER_SIGNATURE = 5_000n

/** What an attempt really moved, base units. */
export interface Settlement {
  readonly inputUsed: bigint
  readonly outputAmount: bigint
  readonly fees: readonly Fee[]
  readonly slot: number
}

function sumOf(balances: readonly TokenBalance[], owner: string, mint: string): bigint {
  return balances.filter((b) => b.owner === owner && b.mint === mint).reduce((sum, b) => sum + b.amount, 0n)
}

/** Rent that the wallet put into token accounts of its own that the transaction opened and left open. */
function rentPaid(tx: LandedTransaction, wallet: string): bigint {
  if (tx.accountKeys[0] !== wallet) return 0n
  return tx.postTokenBalances
    .filter(
      (balance) =>
        balance.owner === wallet &&
        balance.mint !== WRAPPED_SOL_MINT &&
        tx.preBalances[balance.accountIndex] === 0n,
    )
    .reduce((sum, balance) => sum + (tx.postBalances[balance.accountIndex] ?? 0n), 0n)
}

/** The fee that the wallet paid: nothing where another account paid for the transaction. */
function feePaid(tx: LandedTransaction, wallet: string): bigint {
  return tx.accountKeys[0] === wallet ? tx.feeLamports : 0n
}

/** How much of `mint` the transaction gave the wallet (negative: took), its fee and rent apart. */
function moved(tx: LandedTransaction, wallet: string, mint: string): bigint {
  const tokens = sumOf(tx.postTokenBalances, wallet, mint) - sumOf(tx.preTokenBalances, wallet, mint)
  if (mint !== WRAPPED_SOL_MINT) return tokens
  const at = tx.accountKeys.indexOf(wallet)
  if (at < 0) return tokens
  const lamports = (tx.postBalances[at] ?? 0n) - (tx.preBalances[at] ?? 0n)
  return tokens + lamports + feePaid(tx, wallet) + rentPaid(tx, wallet)
}

/** What the wallet paid for landing these transactions, on top of the input. Lamports, by kind. */
export function networkFees(transactions: readonly LandedTransaction[], wallet: string): Fee[] {
  let network = 0n
  let priority = 0n
  let rent = 0n
  for (const tx of transactions) {
    const paid = feePaid(tx, wallet)
    const base = BASE_FEE_PER_SIGNATURE * BigInt(tx.signatures)
    network += paid < base ? paid : base
    priority += paid < base ? 0n : paid - base
    rent += rentPaid(tx, wallet)
  }
  const fees: Fee[] = [{ kind: 'network', mint: WRAPPED_SOL_MINT, amount: network.toString() }]
  if (priority > 0n) fees.push({ kind: 'priority', mint: WRAPPED_SOL_MINT, amount: priority.toString() })
  if (rent > 0n) fees.push({ kind: 'rent', mint: WRAPPED_SOL_MINT, amount: rent.toString() })
  return fees
}

/** Fees of several attempts added up by kind and mint. */
export function addFees(...lists: readonly (readonly Fee[])[]): Fee[] {
  const sums = new Map<string, Fee>()
  for (const fee of lists.flat()) {
    const key = `${fee.kind}:${fee.mint}`
    const before = sums.get(key)
    sums.set(key, before ? { ...fee, amount: (BigInt(before.amount) + BigInt(fee.amount)).toString() } : fee)
  }
  return [...sums.values()]
}

/** Fees of an order in which those of one attempt, `before`, turned out to be `after`. */
export function replaceFees(all: readonly Fee[], before: readonly Fee[], after: readonly Fee[]): Fee[] {
  const taken = before.map((fee) => ({ ...fee, amount: (-BigInt(fee.amount)).toString() }))
  return addFees(all, taken, after).filter(({ kind, amount }) => kind === 'network' || amount !== '0')
}

/** Output units for one input unit, in human decimals; `0` where nothing moved. Decimals are the chain's own. */
export function executedPrice(
  { inputMint, outputMint }: Pick<Order, 'inputMint' | 'outputMint'>,
  inAmount: bigint,
  outAmount: bigint,
  transactions: readonly LandedTransaction[],
): string {
  const inDecimals = decimalsOf(inputMint, transactions)
  const outDecimals = decimalsOf(outputMint, transactions)
  if (inDecimals === null || outDecimals === null || inAmount <= 0n || outAmount < 0n) return '0'
  return formatPrice({ inAmount, outAmount, inDecimals, outDecimals }, 'nearest')
}

function decimalsOf(mint: string, transactions: readonly LandedTransaction[]): number | null {
  const told = transactions.flatMap((tx) => [...tx.postTokenBalances, ...tx.preTokenBalances])
  return (findToken(mint) ?? told.find((balance) => balance.mint === mint))?.decimals ?? null
}

/**
 * Reads from the chain's records what a settled attempt moved: the differences of the wallet's balances over all
 * its transactions, fees and rent apart.
 */
export function settlementOf(
  order: Pick<Order, 'inputMint' | 'outputMint'>,
  wallet: string,
  transactions: readonly LandedTransaction[],
): Settlement {
  const total = (mint: string) => transactions.reduce((sum, tx) => sum + moved(tx, wallet, mint), 0n)
  return {
    inputUsed: -total(order.inputMint),
    outputAmount: total(order.outputMint),
    fees: networkFees(transactions, wallet),
    slot: transactions[0]?.slot ?? 0,
  }
}
