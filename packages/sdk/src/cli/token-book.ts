import type { FillstreamClient } from '../client'
import type { Token } from '../model/market'
import { formatUnits, parseBaseUnits, parseUnits } from './amounts'
import { UsageError } from './io'

const UNKNOWN_DECIMALS = 9

/** How tokens and amounts are read from and written for people. */
export interface TokenBook {
  /** What to send for what was typed: a listed symbol is recognised in any case. */
  mintOf(typed: string): string
  /** Base units of what was typed. @throws UsageError */
  parse(typed: string, token: string): bigint
  /** `1.5 SOL`; base units where the token is unknown or `--raw` was said. */
  amount(amount: bigint, mint: string): string
  symbol(mint: string): string
  /** Base units of one whole token; of an unknown one as if it had nine decimals. */
  whole(mint: string): bigint
}

/** @param raw amounts are base units, read and written */
export function createTokenBook(tokens: readonly Token[], raw: boolean): TokenBook {
  const find = (typed: string) =>
    tokens.find((token) => token.mint === typed) ??
    tokens.find((token) => token.verified && token.symbol?.toUpperCase() === typed.toUpperCase())
  const symbol = (mint: string) => find(mint)?.symbol ?? `${mint.slice(0, 4)}…${mint.slice(-4)}`
  return {
    mintOf: (typed) => find(typed)?.mint ?? typed,
    symbol,
    whole: (mint) => 10n ** BigInt(find(mint)?.decimals ?? UNKNOWN_DECIMALS),
    parse: (typed, token) => {
      if (raw) return parseBaseUnits(typed)
      const found = find(token)
      if (!found)
        throw new UsageError(
          `${token} is not on the token list: give its mint, and the amount in base units with --raw`,
        )
      return parseUnits(typed, found.decimals)
    },
    amount: (amount, mint) => {
      const found = raw ? undefined : find(mint)
      return found
        ? `${formatUnits(amount, found.decimals)} ${symbol(mint)}`
        : `${amount} units of ${symbol(mint)}`
    },
  }
}

/** With the engine's own token list. */
export async function fetchTokenBook(
  client: FillstreamClient,
  raw: boolean,
  signal: AbortSignal,
): Promise<TokenBook> {
  return createTokenBook((await client.tokens.list({ signal })).items, raw)
}
