import { type RpcHandlers } from '@fillstream/messaging'
import { VERIFIED_TOKENS, WRAPPED_SOL_MINT, type orderWorkerOperations } from '@fillstream/types'
import { type Engine } from './engine'

/** Answers who an account's wallet is and what it holds: order-worker alone can derive it. */
export function accountRequests({
  wallets,
  chain,
}: Pick<Engine, 'wallets' | 'chain'>): RpcHandlers<typeof orderWorkerOperations> {
  return {
    wallet: ({ accountId }) => Promise.resolve({ address: wallets.of(accountId).address }),
    async balances({ accountId }) {
      const { address } = wallets.of(accountId)
      const [lamports, tokens] = await Promise.all([
        chain.balanceLamports(address),
        chain.tokenBalances(address),
      ])
      const held = (mint: string) => (tokens.get(mint) ?? 0n) + (mint === WRAPPED_SOL_MINT ? lamports : 0n)
      return {
        address,
        balances: VERIFIED_TOKENS.map(({ mint, symbol, decimals }) => ({
          mint,
          symbol,
          decimals,
          amount: held(mint).toString(),
        })),
      }
    },
  }
}
