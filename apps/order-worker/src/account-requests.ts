import { type RpcHandlers } from '@fillstream/messaging'
import { findToken, VERIFIED_TOKENS, WRAPPED_SOL_MINT, type orderWorkerOperations } from '@fillstream/types'
import { type ChainAccounts } from './adapters/chain/chain'
import { type Engine } from './engine'

/** Tokens that are not on the verified list and are told at most. */
const MAX_UNLISTED = 100

/** Answers who an account's wallet is and what it holds: order-worker alone can derive it. */
export function accountRequests({
  wallets,
  chain,
  accounts,
}: Pick<Engine, 'wallets' | 'chain'> & { readonly accounts: Pick<ChainAccounts, 'mint'> }): RpcHandlers<
  typeof orderWorkerOperations
> {
  return {
    wallet: ({ accountId }) => Promise.resolve({ address: wallets.of(accountId).address }),
    async balances({ accountId }) {
      const { address } = wallets.of(accountId)
      const [lamports, tokens] = await Promise.all([
        chain.balanceLamports(address),
        chain.tokenBalances(address),
      ])
      const held = (mint: string) => (tokens.get(mint) ?? 0n) + (mint === WRAPPED_SOL_MINT ? lamports : 0n)
      const others = [...tokens].filter(([mint, amount]) => amount > 0n && findToken(mint) === undefined)
      const unlisted = await Promise.all(
        others.slice(0, MAX_UNLISTED).map(async ([mint, amount]) => {
          const decimals = (await accounts.mint(mint))?.decimals ?? 0
          return { mint, symbol: null, decimals, amount: amount.toString() }
        }),
      )
      const listed = VERIFIED_TOKENS.map(({ mint, symbol, decimals }) => ({
        mint,
        symbol,
        decimals,
        amount: held(mint).toString(),
      }))
      return { address, balances: [...listed, ...unlisted] }
    },
  }
}
