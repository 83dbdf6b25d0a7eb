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

/** What kinds of orders come, and how often: most are market orders, the others wait for a price. */
type Kind = 'market' | 'near' | 'far'

/** An order of 1 to 500 dollars; most can bear 3 % of slippage, some none at all. */
export function planOrder(random: Random, number: number): PlannedOrder {
  const pair = random.pick(PAIRS)
  const [inputMint, outputMint] = random.chance(0.5) ? pair : [pair[1], pair[0]]
  const swapMode = random.chance(0.3) ? 'ExactOut' : 'ExactIn'
  const given = swapMode === 'ExactIn' ? inputMint : outputMint
  const dollars = 1 + 499 * random.next() ** 3
  const drawn = random.next()
  const kind: Kind = drawn < 0.1 ? 'near' : drawn < 0.15 ? 'far' : 'market'
  return {
    body: {
      ...(kind === 'market' ? {} : waiting(random, kind, inputMint, outputMint)),
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

/**
 * A limit or stop order: one whose price is reached as soon as somebody looks, or one whose price never comes, which ends by its
 * time or by a cancel.
 */
function waiting(
  random: Random,
  kind: Exclude<Kind, 'market'>,
  inputMint: string,
  outputMint: string,
): Record<string, unknown> {
  const type = random.chance(0.7) ? 'limit' : 'stop'
  const fair = (DOLLARS[inputMint] ?? 1) / (DOLLARS[outputMint] ?? 1)
  const reached = type === 'limit' ? 0.7 : 1.4
  const factor = kind === 'near' ? reached : 1 / reached
  const lifeMs = random.between(5_000, 40_000)
  return {
    type,
    limitPrice: (fair * factor).toFixed(15).replace(/0+$/, '0'),
    timeInForce: 'GTD',
    expiresAt: new Date(Date.now() + lifeMs).toISOString(),
  }
}
