import type {
  OrderType,
  PlaceOrderRequest,
  PriceUnit,
  SniperRequest,
  SniperSafetyRequest,
  TimeInForce,
} from '../model/order'
import { UsageError } from './io'
import type { Command } from './parse'
import type { TokenBook } from './token-book'

type Terms = Pick<
  PlaceOrderRequest,
  'type' | 'limitPrice' | 'priceUnit' | 'trailingBps' | 'sniper' | 'timeInForce' | 'expiresAt'
>

const TYPES = { limit: 'limit', stop: 'stop', 'trailing-bps': 'trailingStop', snipe: 'sniper' } as const
const SAFETY_OPTIONS = ['allow-mint', 'allow-freeze', 'max-creator-bps', 'max-round-trip-bps']
const SNIPER_OPTIONS = ['max-price', 'min-liquidity', 'max-open-delay-ms', ...SAFETY_OPTIONS]

/**
 * What sort of order the options ask for; a market order where they name none.
 * @throws UsageError where they don't go together
 */
export function orderTerms(command: Command, input: string, output: string, book: TokenBook): Terms {
  const given = (option: string) => command.text(option) !== undefined || command.flag(option)
  const named = (Object.keys(TYPES) as (keyof typeof TYPES)[]).filter(given)
  if (named.length > 1) throw new UsageError(`--${named.join(' and --')} do not go together`)
  const type: OrderType = named[0] === undefined ? 'market' : TYPES[named[0]]
  const limitPrice = command.text('limit') ?? command.text('stop')
  if (limitPrice !== undefined && !/^\d+(\.\d+)?$/.test(limitPrice))
    throw new UsageError(
      `the price must be a decimal number such as 150.5, not ${JSON.stringify(limitPrice)}`,
    )
  const per = command.text('per')
  if (per !== undefined && limitPrice === undefined) throw new UsageError('--per goes with --limit or --stop')
  const stray = SNIPER_OPTIONS.find((option) => type !== 'sniper' && given(option))
  if (stray !== undefined) throw new UsageError(`--${stray} goes with --snipe`)
  return {
    type,
    limitPrice,
    priceUnit: per === undefined ? undefined : priceUnit(per, input, output, book),
    trailingBps: command.integer('trailing-bps'),
    sniper:
      type === 'sniper'
        ? sniperOf(command, input, book, SAFETY_OPTIONS.some(given) ? safetyOf(command) : undefined)
        : undefined,
    timeInForce: timeInForce(command.text('tif')),
    expiresAt: command.text('expires'),
  }
}

/** `USDC/SOL` is USDC for one SOL. */
function priceUnit(per: string, input: string, output: string, book: TokenBook): PriceUnit {
  const [upper = '', lower = '', ...more] = per.split('/').map(book.mintOf)
  const [inMint, outMint] = [book.mintOf(input), book.mintOf(output)]
  if (more.length === 0 && upper === outMint && lower === inMint) return 'outputPerInput'
  if (more.length === 0 && upper === inMint && lower === outMint) return 'inputPerOutput'
  throw new UsageError(
    `--per must name both tokens of the order, such as ${book.symbol(outMint)}/${book.symbol(inMint)}`,
  )
}

function timeInForce(text: string | undefined): TimeInForce | undefined {
  if (text === undefined) return undefined
  const known = (['IOC', 'GTC', 'GTD'] as const).find((one) => one === text.toUpperCase())
  if (known === undefined) throw new UsageError(`--tif must be IOC, GTC or GTD, not ${JSON.stringify(text)}`)
  return known
}

function sniperOf(
  command: Command,
  input: string,
  book: TokenBook,
  safety: SniperSafetyRequest | undefined,
): SniperRequest {
  const minLiquidity = command.text('min-liquidity')
  return {
    maxPrice: command.text('max-price'),
    minLiquidity: minLiquidity === undefined ? undefined : book.parse(minLiquidity, input),
    maxOpenDelayMs: command.integer('max-open-delay-ms'),
    safety,
  }
}

/** What is not said is left to the engine's defaults. */
function safetyOf(command: Command): SniperSafetyRequest {
  return {
    requireMintRenounced: command.flag('allow-mint') ? false : undefined,
    requireFreezeRenounced: command.flag('allow-freeze') ? false : undefined,
    maxCreatorShareBps: command.integer('max-creator-bps'),
    maxRoundTripLossBps: command.integer('max-round-trip-bps'),
  }
}
