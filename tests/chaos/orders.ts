import { VERIFIED_TOKENS } from '@fillstream/types'
import { type Random } from './random'

/** Pairs that the market trades, both ways, with what a dollar is in base units of the first. */
const DOLLARS: Readonly<Record<string, number>> = {
  SOL: 150,
  USDC: 1,
  USDT: 1,
  JUP: 0.8,
  BONK: 0.000025,
  RAY: 2.5,
}
const PAIRS = [
  ['SOL', 'USDC'],
  ['SOL', 'USDT'],
  ['USDC', 'USDT'],
  ['JUP', 'USDC'],
  ['JUP', 'SOL'],
  ['BONK', 'USDC'],
  ['RAY', 'SOL'],
] as const

/** What one client sends, and what it does afterwards. */
export interface PlannedOrder {
  readonly body: Readonly<Record<string, unknown>>
  /** Ms after the answer at which it is cancelled; null: it is not. */
  readonly cancelAfterMs: number | null
  /** Whether a client of its own follows it from its first event on. */
  readonly followed: boolean
}

/** An order of 1 to 500 dollars; most can bear 3 % of slippage, some none at all. */
export function planOrder(random: Random, number: number): PlannedOrder {
  const pair = random.pick(PAIRS)
  const [inputMint, outputMint] = random.chance(0.5) ? pair : [pair[1], pair[0]]
  const swapMode = random.chance(0.3) ? 'ExactOut' : 'ExactIn'
  const given = swapMode === 'ExactIn' ? inputMint : outputMint
  const dollars = 1 + 499 * random.next() ** 3
  return {
    body: {
      inputMint,
      outputMint,
      swapMode,
      amount: baseUnits(given, dollars).toString(),
      slippageBps: random.chance(0.05) ? 0 : 300,
      ...(random.chance(0.2) ? { clientOrderId: `chaos-${number}` } : {}),
    },
    cancelAfterMs: random.chance(0.08) ? random.between(0, 250) : null,
    followed: random.chance(0.04),
  }
}

function baseUnits(symbol: string, dollars: number): bigint {
  const decimals = VERIFIED_TOKENS.find((token) => token.symbol === symbol)?.decimals ?? 0
  return BigInt(Math.max(1, Math.round((dollars / (DOLLARS[symbol] ?? 1)) * 10 ** decimals)))
}
