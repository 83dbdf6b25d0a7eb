import type { ExecutableAmount, Launch, Price } from '../model/market'
import type { TokenBook } from './token-book'

/** What a whole token of either side comes to, such as `1 SOL -> 154.76 USDC`. */
export function showPrice(price: Price, book: TokenBook): string {
  const { inputMint, outputMint } = price
  const sale = nearestTo(book.whole(inputMint), price.exactIn)
  const purchase = nearestTo(book.whole(outputMint), price.exactOut)
  const swaps = [
    sale && `${book.amount(sale.size, inputMint)} -> ${book.amount(sale.amount, outputMint)}`,
    purchase && `${book.amount(purchase.amount, inputMint)} -> ${book.amount(purchase.size, outputMint)}`,
  ].filter((swap) => swap !== undefined)
  return [`${price.at}  slot ${price.slot}`, ...(swaps.length === 0 ? ['no swap'] : swaps)].join('  ')
}

/** The largest size that is not above `wanted`, else the smallest; sizes rise. */
function nearestTo(wanted: bigint, amounts: readonly ExecutableAmount[]): ExecutableAmount | undefined {
  return amounts.findLast(({ size }) => size <= wanted) ?? amounts[0]
}

/** A new token's pool in a line; the mint in full, to be bought by it. */
export function showLaunch(launch: Launch, book: TokenBook): string {
  const opens = launch.openTime === null ? '' : `, ${launch.openTime}`
  return [
    `slot ${launch.slot}`,
    launch.mint,
    `opens at slot ${launch.openSlot}${opens}`,
    `${launch.venue} pool ${launch.pool} with ${book.amount(launch.quoteReserve, launch.quoteMint)}`,
  ].join('  ')
}
