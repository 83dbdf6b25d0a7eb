import type { StreamEvent } from '../model/event'
import type { Quote } from '../model/market'
import type { Order, VenueQuote } from '../model/order'
import { formatBps } from './amounts'
import { table } from './table'
import type { TokenBook } from './token-book'

/** A quote and the comparison behind it. */
export function showQuote(quote: Quote, book: TokenBook): string[] {
  const { inputMint, outputMint, inAmount, outAmount } = quote
  const exactIn = quote.swapMode === 'ExactIn'
  const bound = exactIn ? 'at least' : 'at most'
  const venues = [...new Set(quote.routePlan.map((step) => step.venue))].join(', ')
  return [
    `${book.amount(inAmount, inputMint)} -> ${book.amount(outAmount, outputMint)}  (${venues})`,
    '',
    ...table([
      ['  price', `${quote.price} ${book.symbol(outputMint)} per ${book.symbol(inputMint)}`],
      [
        `  ${bound}`,
        `${book.amount(quote.otherAmountThreshold, exactIn ? outputMint : inputMint)} (slippage ${formatBps(quote.slippageBps)})`,
      ],
      ['  fee', formatBps(quote.feeBps)],
      ['  impact', quote.priceImpactBps === null ? 'unknown' : formatBps(quote.priceImpactBps)],
    ]),
    ...(quote.alternatives.length === 0 ? [] : ['', ...showComparison(quote, venues, book)]),
  ]
}

/** The winner first; the engine tells of the others alone. */
function showComparison(quote: Quote, venues: string, book: TokenBook): string[] {
  const exactIn = quote.swapMode === 'ExactIn'
  const amountOf = ({ inAmount, outAmount }: Pick<VenueQuote, 'inAmount' | 'outAmount'>) => {
    const amount = exactIn ? outAmount : inAmount
    return amount === null ? '-' : book.amount(amount, exactIn ? quote.outputMint : quote.inputMint)
  }
  return table([
    ['  venue', exactIn ? 'gives' : 'takes', 'worse by', ''],
    [`  ${venues}`, amountOf(quote), '', 'best'],
    ...quote.alternatives
      .filter(({ outcome }) => outcome !== 'won')
      .map((venue) => [
        `  ${venue.venue}`,
        amountOf(venue),
        venue.differenceBps === null ? '-' : formatBps(venue.differenceBps),
        venue.outcome === 'excluded' ? `${venue.code}: ${venue.reason}` : '',
      ]),
  ])
}

/** An order in a few lines. */
export function showOrder(order: Order, book: TokenBook): string[] {
  const rows: string[][] = [
    ['order', order.orderId],
    ['status', order.phase === null ? order.status : `${order.status} (${order.phase})`],
    ['wants', showWish(order, book)],
  ]
  for (const term of showTerms(order, book)) rows.push(['when', term])
  if (order.expiresAt !== null) rows.push(['expires', order.expiresAt])
  if (order.clientOrderId !== null) rows.push(['client id', order.clientOrderId])
  if (order.minOutputAmount !== null)
    rows.push(['at least', book.amount(order.minOutputAmount, order.outputMint)])
  if (order.maxInputAmount !== null)
    rows.push(['at most', book.amount(order.maxInputAmount, order.inputMint)])
  if (order.inputUsed !== null && order.outputAmount !== null)
    rows.push(['filled', showFill(order, order.inputUsed, order.outputAmount, order.executedPrice, book)])
  if (order.txHash !== null) rows.push(['tx', order.txHash])
  for (const fee of order.fees)
    rows.push(['fee', `${book.amount(fee.amount, fee.mint)} ${fee.venue ?? fee.kind}`])
  if (order.failure) rows.push(['failure', `${order.failure.code}: ${order.failure.message}`])
  for (const attempt of order.attempts)
    if (attempt.code !== null)
      rows.push([`attempt ${attempt.attempt}`, `${attempt.code}: ${attempt.message ?? attempt.status}`])
  rows.push(['created', order.createdAt])
  return table(rows)
}

/** `sell 1.5 SOL for USDC`, `buy 100 USDC with SOL`. */
export function showWish(order: Order, book: TokenBook): string {
  return order.swapMode === 'ExactIn'
    ? `sell ${book.amount(order.amount, order.inputMint)} for ${book.symbol(order.outputMint)}`
    : `buy ${book.amount(order.amount, order.outputMint)} with ${book.symbol(order.inputMint)}`
}

/** What the order waits for, such as `limit 150 USDC per SOL`; nothing for a market order. */
export function showTerms(order: Order, book: TokenBook): string[] {
  const [input, output] = [book.symbol(order.inputMint), book.symbol(order.outputMint)]
  switch (order.type) {
    case 'market':
      return []
    case 'limit':
    case 'stop': {
      const unit = order.priceUnit === 'inputPerOutput' ? `${input} per ${output}` : `${output} per ${input}`
      return [`${order.type} ${order.limitPrice} ${unit}`]
    }
    case 'trailingStop':
      return [`trailing stop ${formatBps(order.trailingBps ?? 0)} below the best price`]
    case 'sniper': {
      const maxPrice = order.sniper?.maxPrice ?? null
      const most = maxPrice === null ? '' : `, at most ${maxPrice} ${input} per ${output}`
      return [`as its pool opens${most}`]
    }
  }
}

function showFill(
  { inputMint, outputMint }: Order,
  inputUsed: bigint,
  outputAmount: bigint,
  price: string | null | undefined,
  book: TokenBook,
): string {
  const at = price ? ` at ${price} ${book.symbol(outputMint)} per ${book.symbol(inputMint)}` : ''
  return `${book.amount(inputUsed, inputMint)} -> ${book.amount(outputAmount, outputMint)}${at}`
}

/** A line of the history. */
export function showOrderRow(order: Order, book: TokenBook): string[] {
  const outcome =
    order.inputUsed !== null && order.outputAmount !== null
      ? showFill(order, order.inputUsed, order.outputAmount, order.executedPrice, book)
      : (order.failure?.code ?? '')
  return [order.createdAt, order.orderId, order.status, showWish(order, book), outcome]
}

/** An event as it arrives, with the time since the order came in. */
export function showEvent(event: StreamEvent, order: Order, book: TokenBook): string {
  const elapsedMs = Math.max(0, Date.parse(event.at) - Date.parse(order.createdAt))
  const time = `+${(elapsedMs / 1_000).toFixed(3)} s`.padStart(12)
  return `${time}  ${event.status.padEnd(9)}  ${detailOf(event, order, book)}`.trimEnd()
}

function detailOf({ data, phase }: StreamEvent, order: Order, book: TokenBook): string {
  if (data.failure) return `${data.failure.code}: ${data.failure.message}`
  const parts: string[] = []
  if (data.inputUsed !== undefined && data.outputAmount !== undefined)
    parts.push(showFill(order, data.inputUsed, data.outputAmount, data.executedPrice, book))
  else if (phase !== null) parts.push(phase)
  if (data.txHash !== undefined) parts.push(`tx ${data.txHash}`)
  return parts.join(', ')
}
