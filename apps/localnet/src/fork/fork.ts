import { type PoolState } from '@fillstream/core'
import { createPayRest } from '../settlement/rest'
import { type Desk } from '../settlement/settle'
import { Facts } from '../storage/facts'
import { type SlotContext } from '../svm/chain-parts'
import { Ledger } from '../svm/ledger'
import { runTransaction } from '../svm/run-transaction'
import { type Vm } from '../svm/vm'
import { Bank } from '../tokens/bank'
import { Faucet } from '../tokens/faucet'
import { PoolBook } from '../venues/pool-book'
import { type World } from '../world'

/** A copy of as much of the world as one pool needs: what happens in it never happened. */
export interface Fork {
  readonly desk: Desk
  /** The slot in which everything happens: the next one, or that in which the pool opens. */
  readonly context: SlotContext
}

/** Works on a copy of a pool in a VM of its own, as it is now; then all of it is thrown away. */
export async function onFork<T>(world: World, pool: PoolState, work: (fork: Fork) => Promise<T>): Promise<T> {
  const vm = world.spareVms.take()
  const slot = Math.max(world.chain.slot('processed') + 1, Number(pool.launch?.openSlot ?? 0n))
  const ledger = new Ledger(vm, slot)
  try {
    return await work(forkPool(world, pool, vm, ledger, slot))
  } finally {
    world.spareVms.giveBack(
      vm,
      [...ledger.all()].map(([address]) => address),
    )
  }
}

/** Copies a pool with its mints, vaults and the venue's own accounts. */
function forkPool(
  { chain, desk, accounts }: World,
  pool: PoolState,
  vm: Vm,
  ledger: Ledger,
  slot: number,
): Fork {
  const { addresses, facts: original } = chain.parts
  const blockTime = chain.nextBlockTime
  vm.setClock(slot, blockTime)
  for (const address of [
    pool.address,
    pool.vaultA,
    pool.vaultB,
    desk.router.address,
    ...[pool.mintA, pool.mintB].flatMap((mint) => [
      mint,
      accounts.payout.get(mint) ?? '',
      accounts.market.get(mint) ?? '',
    ]),
  ]) {
    const state = desk.ledger.tracked(address)
    if (state !== null) ledger.restore(address, state)
  }
  const facts = new Facts(new Map(original.entries()))
  const bank = new Bank(ledger, facts, vm)
  const { router, payoutAccounts } = desk
  return {
    desk: {
      ...desk,
      ledger,
      bank,
      faucet: new Faucet(bank, ledger, facts),
      pools: new PoolBook(ledger, (bytes) => vm.rentExemption(bytes), addresses),
      payRest: createPayRest({
        addresses,
        ledger,
        bank,
        router,
        payoutAccounts,
        marketAccounts: accounts.market,
        onUnpaid: () => undefined,
      }),
    },
    context: {
      slot,
      blockTime,
      blockhash: chain.latestBlockhash('processed').blockhash,
      run: (wire) => runTransaction({ ledger, facts, addresses }, wire, slot, blockTime),
    },
  }
}
