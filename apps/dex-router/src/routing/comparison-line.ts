import { formatAmount, type Ranking, type TokenDecimals } from '@fillstream/core'
import { type VenueQuote } from '@fillstream/types'
import { tokenLabel } from '../book/token-list'
import { type QuoteQuestion } from '../venues/venue'

/** The comparison in one line for people: what each venue gives at what price, fee and impact, and why one won. */
export function comparisonLine(question: QuoteQuestion, ranking: Ranking, decimals: TokenDecimals): string {
  const { swapMode, amount } = question
  const [input, output] = [tokenLabel(question.inputMint), tokenLabel(question.outputMint)]
  const wanted =
    swapMode === 'ExactIn'
      ? `${formatAmount(amount, decimals.inDecimals)} ${input} -> ${output}`
      : `${input} -> ${formatAmount(amount, decimals.outDecimals)} ${output}`
  const rows = ranking.quotes.map((row) => comparisonRow(row, question, decimals))
  return `${wanted}: ${rows.length === 0 ? 'no venues' : rows.join(' | ')}`
}

function comparisonRow(
  row: VenueQuote,
  { swapMode, inputMint, outputMint }: QuoteQuestion,
  decimals: TokenDecimals,
): string {
  if (row.inAmount === null || row.outAmount === null)
    return `${row.venue} left out: ${row.code}, ${row.reason}`
  const deal =
    swapMode === 'ExactIn'
      ? `gives ${formatAmount(BigInt(row.outAmount), decimals.outDecimals)} ${tokenLabel(outputMint)}`
      : `takes ${formatAmount(BigInt(row.inAmount), decimals.inDecimals)} ${tokenLabel(inputMint)}`
  const impact = row.priceImpactBps === null ? 'impact unknown' : `impact ${row.priceImpactBps} bps`
  const terms = `price ${row.price}, fee ${row.feeBps} bps, ${impact}, ${row.latencyMs} ms`
  return `${row.venue} ${deal} (${terms}) ${row.outcome.toUpperCase()}: ${row.reason}`
}
