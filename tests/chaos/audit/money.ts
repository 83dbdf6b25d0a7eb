import { VERIFIED_TOKENS, WRAPPED_SOL_MINT } from '@fillstream/types'
import { type Trader } from '../accounts'
import { balancesOf, heldOfMint } from './chain-reader'
import { type Finding } from './finding'
import { rolledBackForGood, type Records } from './records'

interface Book {
  readonly mint: string
  readonly granted: string
  readonly held: string
  readonly feesBurnt: string
  readonly difference: string
}

/**
 * Every wallet holds what it was given, plus and minus its fills, minus the fees of its orders; every token that the faucet gave is
 * somewhere; fills say what orders say. To the last unit.
 */
export async function auditMoney(
  records: Records,
  urls: { readonly rpc: string; readonly control: string },
  traders: readonly Trader[],
): Promise<{ findings: Finding[]; unitsUnaccounted: bigint }> {
  const findings: Finding[] = []
  let unaccounted = 0n
  const off = (what: string, units: bigint, orderId: string | null = null) => {
    findings.push({ kind: 'money', orderId, what })
    unaccounted += units < 0n ? -units : units
  }

  for (const { accountId, wallet, funds } of traders) {
    const expected = expectedOf(records, accountId, funds)
    const held = await balancesOf(urls.rpc, wallet)
    for (const { mint, symbol } of VERIFIED_TOKENS) {
      const difference = (held.get(mint) ?? 0n) - (expected.get(mint) ?? 0n)
      if (difference !== 0n) off(`${symbol} of wallet ${wallet}: ${difference} against its fills`, difference)
    }
  }

  const fills = new Map(records.fills.map((fill) => [`${fill.orderId} ${fill.signature}`, fill]))
  for (const order of records.orders.values()) {
    if (order.status !== 'confirmed') continue
    const fill = fills.get(`${order.id} ${order.txHash}`)
    if (!fill) findings.push({ kind: 'money', orderId: order.id, what: 'it is confirmed and has no fill' })
    else if (fill.input !== order.inputUsed || fill.output !== order.output)
      off('its fill says something else than the order', 1n, order.id)
  }

  const response = await fetch(`${urls.control}/audit`)
  const { items } = (await response.json()) as { items: Book[] }
  for (const book of items) {
    if (book.difference !== '0')
      off(`mint ${book.mint}: ${book.difference} made or lost`, BigInt(book.difference))
    // Lamports are not all in token accounts; every other token is.
    if (book.mint === WRAPPED_SOL_MINT) continue
    const held = await heldOfMint(urls.rpc, book.mint)
    const difference = held - BigInt(book.granted)
    if (difference !== 0n)
      off(`mint ${book.mint}: accounts hold ${difference} against the faucet`, difference)
  }
  return { findings, unitsUnaccounted: unaccounted }
}

/** What a wallet should hold: lamports for SOL. */
function expectedOf(
  records: Records,
  accountId: string,
  funds: ReadonlyMap<string, bigint>,
): Map<string, bigint> {
  const expected = new Map(funds)
  const add = (mint: string, amount: bigint) => expected.set(mint, (expected.get(mint) ?? 0n) + amount)
  const gone = rolledBackForGood(records)
  const feesOfGone = new Map(
    records.fills.map(({ orderId, fees }) => [orderId, gone.has(orderId) ? fees : []]),
  )
  for (const order of records.orders.values()) {
    if (order.accountId !== accountId) continue
    for (const fee of order.fees) add(fee.mint, -BigInt(fee.amount))
    // What never happened has cost nothing either.
    for (const fee of feesOfGone.get(order.id) ?? []) add(fee.mint, BigInt(fee.amount))
    if (order.status !== 'confirmed' || gone.has(order.id)) continue
    add(order.inputMint, -(order.inputUsed ?? 0n))
    add(order.outputMint, order.output ?? 0n)
  }
  return expected
}
