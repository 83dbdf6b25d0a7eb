import { type Trader } from '../accounts'
import { landedAttempts } from './chain-reader'
import { type Finding } from './finding'
import { rolledBackForGood, type Records } from './records'

/** What landed against what the orders say: each confirmed order once, and no other at all. The chain is the judge. */
export async function auditSettlements(
  records: Records,
  rpcUrl: string,
  traders: readonly Trader[],
): Promise<{ findings: Finding[]; landed: number }> {
  const findings: Finding[] = []
  const landed = new Map<string, string[]>()
  for (const { wallet } of traders) {
    for (const { orderId, signature, succeeded } of await landedAttempts(rpcUrl, wallet)) {
      if (succeeded) landed.set(orderId, [...(landed.get(orderId) ?? []), signature])
    }
  }
  for (const [orderId, signatures] of landed) {
    const order = records.orders.get(orderId)
    if (signatures.length > 1)
      findings.push({ kind: 'landed twice', orderId, what: `transactions ${signatures.join(' and ')}` })
    if (order?.status !== 'confirmed')
      findings.push({
        kind: 'landed, not confirmed',
        orderId,
        what: `transaction ${signatures[0]}, and the order is ${order?.status ?? 'unknown'}`,
      })
    else if (!signatures.includes(order.txHash ?? ''))
      findings.push({
        kind: 'landed, not confirmed',
        orderId,
        what: `transaction ${signatures[0]}, and the order names ${order.txHash}`,
      })
  }
  const gone = rolledBackForGood(records)
  for (const { id, status, txHash } of records.orders.values()) {
    if (status === 'confirmed' && !landed.has(id) && !gone.has(id))
      findings.push({ kind: 'confirmed, not landed', orderId: id, what: `the chain does not have ${txHash}` })
  }
  return { findings, landed: [...landed.values()].flat().length }
}
