import { type Facts } from '../storage/facts'
import { type SlotRange } from './blockhashes'
import { type ChainParts } from './chain-parts'
import { type PendingTransaction } from './pending'
import { type UnfinalizedSlots } from './unfinalized'

/** What a rollback has undone. */
export interface RolledBack {
  /** The slots whose blocks are on a dead fork now, both included. */
  readonly from: number
  readonly to: number
  readonly transactions: readonly PendingTransaction[]
  /** What was done from outside in those slots, in order. */
  readonly jobs: readonly ((slot: number) => unknown)[]
}

const FORKS_FACT = 'forks'

/** Rollbacks so far, as far as their blockhashes matter. */
export function forksIn(facts: Facts): SlotRange[] {
  return (facts.get(FORKS_FACT) ?? []) as unknown as SlotRange[]
}

/**
 * Undoes all slots after `last` and before `slot`, which has begun: accounts and facts (but those in `keep`) are what they
 * were, blockhashes are those of another fork. What landed is the caller's to take out of the history.
 */
export function rollBack(
  { ledger, facts, blockhashes, vm }: ChainParts,
  unfinalized: UnfinalizedSlots,
  { last, slot, keep }: { readonly last: number; readonly slot: number; readonly keep: string },
): RolledBack {
  const undone = unfinalized.takeAfter(last)
  ledger.rollBack(last)
  for (const { facts: before } of [...undone].reverse())
    for (const [name, value] of before) if (name !== keep && name !== FORKS_FACT) facts.restore(name, value)
  vm.forgetTransactions()
  const range = { from: last + 1, to: slot - 1 }
  facts.set(
    FORKS_FACT,
    blockhashes.fork(range).map(({ from, to }) => ({ from, to })),
  )
  return {
    ...range,
    transactions: undone.flatMap(({ landed }) => landed),
    jobs: undone.flatMap(({ jobs }) => jobs),
  }
}
