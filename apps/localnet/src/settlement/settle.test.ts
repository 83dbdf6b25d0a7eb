import { quotePool } from '@fillstream/core'
import { findToken } from '@fillstream/types'
import { namedSigner, signSwap } from '../testing/script'
import { openTestWorld } from '../testing/world'
import { submitSettlement } from './submit'

const SOL = findToken('SOL')!.mint
const USDC = findToken('USDC')!.mint

it('settles', async () => {
  const { world, pass, fund } = await openTestWorld()
  const user = await namedSigner('alice')
  await fund(user.address, { SOL: 100_000_000_000n, USDC: 10_000_000_000n })
  const pool = world.desk.pools.at(1)!
  const venue = {
    routerAuthority: world.desk.router.address,
    payoutAccounts: Object.fromEntries(world.accounts.payout),
  }
  const quote = quotePool(pool, SOL, 'ExactIn', 5_000_000_000n)
  if (!quote.ok) throw new Error('no quote')
  const latest = world.chain.latestBlockhash('confirmed')
  const swap = await signSwap({
    user,
    venue,
    inputMint: SOL,
    outputMint: USDC,
    swapMode: 'ExactIn',
    legs: [{ amount: 5_000_000_000n, vault: pool.vaultA, pools: [1] }],
    output: (quote.swap.amountOut * 995n) / 1000n,
    orderId: 'a',
    attempt: 1,
    lifetime: { blockhash: latest.blockhash, lastValidBlockHeight: BigInt(latest.lastValidBlockHeight) },
  })
  const signature = await submitSettlement(world.chain, world.desk, world.associated, swap.bytes)
  pass()
  expect(world.chain.parts.history.transaction(signature)?.err).toBeNull()
  world.close()
})
