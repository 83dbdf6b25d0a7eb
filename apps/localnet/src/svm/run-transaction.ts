import { MEMO_PROGRAM, MEMO_V1_PROGRAM } from '../tokens/programs'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { type Facts } from '../storage/facts'
import { type ChainParts } from './chain-parts'
import { feeOf } from './fees'
import { type LandedTransaction } from './landed'
import { resolveKeys } from './resolve-keys'
import { type Execution } from './vm'
import { type WireTransaction } from './wire'

/** Lamports that fees have taken out of the world. */
export const FEES_FACT = 'feesBurnt'

/** Base units of a mint (lamports for SOL) that did not come from another account: faucet, genesis, rent. */
export function grantedFact(mint: string): string {
  return `granted:${mint}`
}

/** Every mint of which something was granted. */
export function grantedMints(facts: Facts): string[] {
  const prefix = grantedFact('')
  return facts.entries().flatMap(([name]) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
}

/**
 * Runs a transaction whose blockhash is valid; null where it was not processed, so that it has not landed. With `fails` it
 * runs out of compute units at its last instruction: its fee is gone, all else is undone.
 */
export function runTransaction(
  { ledger, facts, addresses }: Pick<ChainParts, 'ledger' | 'facts' | 'addresses'>,
  wire: WireTransaction,
  slot: number,
  blockTime: number,
  fails = false,
): LandedTransaction | null {
  const resolved = resolveKeys(ledger, wire, addresses)
  if (resolved === null) return null
  const run = fails
    ? ledger.charge(wire, resolved, feeOf(wire), outOfUnits(wire))
    : ledger.execute(wire, resolved)
  if (run.adopted > 0n) facts.add(grantedFact(WRAPPED_SOL_MINT), run.adopted)
  if (!run.charged) return null
  facts.add(FEES_FACT, run.fee)
  return {
    signature: wire.signature,
    slot,
    blockTime,
    err: run.execution.err,
    memo: memoOf(wire),
    keys: resolved.keys,
    loaded: resolved.loaded,
    bytes: wire.bytes,
    fee: run.fee,
    computeUnits: run.execution.computeUnits,
    logs: run.execution.logs,
    inner: run.execution.inner,
    preBalances: run.preBalances,
    postBalances: run.postBalances,
    preTokenBalances: run.preTokenBalances,
    postTokenBalances: run.postTokenBalances,
  }
}

function outOfUnits({ instructions, keys }: WireTransaction): Execution {
  const last = instructions.length - 1
  const program = keys[instructions[last]?.programIndex ?? 0] ?? ''
  return {
    err: { InstructionError: [last, 'ComputationalBudgetExceeded'] },
    logs: [`Program ${program} invoke [1]`, `Program ${program} failed: Computational budget exceeded`],
    computeUnits: 0n,
    inner: instructions.map(() => []),
  }
}

/** The texts of a transaction's memo instructions. */
export function memoTexts(wire: WireTransaction): string[] {
  return wire.instructions.flatMap(({ programIndex, data }) => {
    const program = wire.keys[programIndex]
    return program === MEMO_PROGRAM || program === MEMO_V1_PROGRAM ? [Buffer.from(data).toString()] : []
  })
}

function memoOf(wire: WireTransaction): string | null {
  const memos = memoTexts(wire).map((text) => `[${Buffer.byteLength(text)}] ${text}`)
  return memos.length === 0 ? null : memos.join('; ')
}
