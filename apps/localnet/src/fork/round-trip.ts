import { divide, type PoolState } from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { generateKeyPairSigner, type KeyPairSigner } from '@solana/kit'
import { notFound } from '../control/errors'
import { vaultOf } from '../settlement/check'
import { settle } from '../settlement/settle'
import { readSettlement } from '../settlement/shape'
import { signSwap } from '../settlement/sign-swap'
import { type LandedTransaction } from '../svm/landed'
import { decodeTransaction } from '../svm/wire'
import { type World } from '../world'
import { type Fork, onFork } from './fork'

/** What buying and selling back at once would come to. Amounts in base units; null where it did not get so far. */
export interface RoundTrip {
  /** The slot in which it was tried. */
  readonly slot: number
  readonly bought: bigint | null
  readonly soldBack: bigint | null
  /** Of what was paid, rounded up; network fees apart. */
  readonly lossBps: number | null
  /** Why one of the two did not land. */
  readonly error: string | null
}

/** Lamports of the wallet that tries: for fees and rent. */
const WALLET_LAMPORTS = 1_000_000_000n

/**
 * Buys a pool's `mintA` for `inAmount` of its `mintB` and sells all of it again, as real transactions of a new wallet in a
 * copy of the VM. Throws NOT_FOUND for an unknown pool.
 */
export async function roundTrip(world: World, address: string, inAmount: bigint): Promise<RoundTrip> {
  const pool = world.desk.pools.find(address)
  if (pool === undefined) throw notFound('no such pool')
  const user = await generateKeyPairSigner()
  const accounts = {
    tokens: await world.associated.addressOf(user.address, pool.mintA),
    money: await world.associated.addressOf(user.address, pool.mintB),
  }
  return onFork(world, pool, (fork) => buyAndSell(world, fork, pool, user, accounts, inAmount))
}

async function buyAndSell(
  world: World,
  fork: Fork,
  pool: PoolState,
  user: KeyPairSigner,
  accounts: { readonly tokens: string; readonly money: string },
  inAmount: bigint,
): Promise<RoundTrip> {
  const { bank, faucet } = fork.desk
  const native = pool.mintB === WRAPPED_SOL_MINT
  bank.grantLamports(user.address, WALLET_LAMPORTS + (native ? inAmount : 0n))
  if (!native) {
    bank.openAccount(accounts.money, user.address, pool.mintB)
    bank.grantTokens(accounts.money, inAmount)
  }
  const money = () => faucet.held(user.address, pool.mintB, accounts.money)
  const nothing = { slot: fork.context.slot, bought: null, soldBack: null, lossBps: null }
  const purchase = await swap(world, fork, pool, user, pool.mintB, inAmount)
  if (purchase === null || purchase.err !== null)
    return { ...nothing, error: `the purchase was refused: ${reason(purchase)}` }
  const bought = bank.balance(accounts.tokens)
  const before = money()
  const sale = await swap(world, fork, pool, user, pool.mintA, bought)
  if (sale === null || sale.err !== null)
    return { ...nothing, bought, error: `the sale was refused: ${reason(sale)}` }
  const soldBack = money() - before + (native ? sale.fee : 0n)
  const lost = soldBack < inAmount ? inAmount - soldBack : 0n
  return {
    slot: fork.context.slot,
    bought,
    soldBack,
    lossBps: Number(divide(lost * 10_000n, inAmount, 'up')),
    error: null,
  }
}

async function swap(
  { chain, desk: { router, payoutAccounts } }: World,
  { desk, context }: Fork,
  pool: PoolState,
  user: KeyPairSigner,
  inputMint: string,
  amount: bigint,
): Promise<LandedTransaction | null> {
  const { bytes } = await signSwap({
    user,
    venue: { routerAuthority: router.address, payoutAccounts: Object.fromEntries(payoutAccounts) },
    inputMint,
    outputMint: inputMint === pool.mintA ? pool.mintB : pool.mintA,
    swapMode: 'ExactIn',
    legs: [{ amount, vault: vaultOf(pool, inputMint) ?? '', pools: [pool.index] }],
    output: 0n,
    decimalsOf: (mint) => (mint === pool.mintA ? pool.decimalsA : pool.decimalsB),
    orderId: 'dry-run',
    attempt: inputMint === pool.mintA ? 2 : 1,
    lifetime: { blockhash: context.blockhash, lastValidBlockHeight: BigInt(context.slot) },
  })
  const wire = decodeTransaction(bytes, chain.parts.addresses)
  const [main] = settle(desk, readSettlement(wire, router.address), context)
  return main ?? null
}

function reason(landed: LandedTransaction | null): string {
  return landed === null ? 'it would not land' : JSON.stringify(landed.err)
}
