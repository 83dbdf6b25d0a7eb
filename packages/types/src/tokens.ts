/** A token of the verified list. `decimals` is the number of base-unit digits after the point. */
export interface Token {
  readonly symbol: string
  readonly name: string
  readonly mint: string
  readonly decimals: number
}

/** The tokens that may be named by symbol: their mainnet mints. Native SOL trades as wrapped SOL. */
export const VERIFIED_TOKENS: readonly Token[] = [
  { symbol: 'SOL', name: 'Wrapped SOL', mint: 'So11111111111111111111111111111111111111112', decimals: 9 },
  { symbol: 'USDC', name: 'USD Coin', mint: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v', decimals: 6 },
  { symbol: 'USDT', name: 'Tether USD', mint: 'Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB', decimals: 6 },
  { symbol: 'JUP', name: 'Jupiter', mint: 'JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN', decimals: 6 },
  { symbol: 'BONK', name: 'Bonk', mint: 'DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263', decimals: 5 },
  { symbol: 'RAY', name: 'Raydium', mint: '4k3Dyjzvzp8eMZWUXbBCjEvwSkkk59S5iCNLY3QrkX6R', decimals: 6 },
]

export const WRAPPED_SOL_MINT = 'So11111111111111111111111111111111111111112'

/** The verified token with this mint or (case-sensitive) symbol, if there is one. */
export function findToken(mintOrSymbol: string): Token | undefined {
  return VERIFIED_TOKENS.find((token) => token.mint === mintOrSymbol || token.symbol === mintOrSymbol)
}
