import { type OrderView, type OrderEvent } from '@fillstream/types'
import { type Trader } from '../accounts'
import { type Finding } from './finding'
import { type Records } from './records'

/** Orders whose log is read one by one. */
const SAMPLE = 200

/** The API says what Postgres holds: the whole history of every account, and the event logs of some orders. */
export async function auditRest(
  records: Records,
  gateway: string,
  traders: readonly Trader[],
): Promise<Finding[]> {
  const findings: Finding[] = []
  const found = (orderId: string, what: string) => findings.push({ kind: 'rest', orderId, what })
  const seen = new Set<string>()
  const keyOf = new Map(traders.map(({ accountId, apiKey }) => [accountId, apiKey]))
  for (const { apiKey } of traders) {
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: OrderView[]; nextCursor: string | null } = await get(
        `${gateway}/v1/orders?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
        apiKey,
      )
      for (const view of page.items) {
        seen.add(view.orderId)
        const order = records.orders.get(view.orderId)
        const same =
          order?.status === view.status &&
          order.lastSeq === view.lastSeq &&
          order.txHash === view.txHash &&
          (order.output?.toString() ?? null) === view.outputAmount
        if (!same)
          found(view.orderId, `the API says ${view.status} (${view.lastSeq}), Postgres ${order?.status}`)
      }
      cursor = page.nextCursor
    }
  }
  for (const id of records.orders.keys()) if (!seen.has(id)) found(id, 'it is not in the history')

  const orders = [...records.orders.values()]
  const step = Math.max(1, Math.floor(orders.length / SAMPLE))
  for (let i = 0; i < orders.length; i += step) {
    const { id, accountId } = orders[i] as (typeof orders)[number]
    const { items } = await get<{ items: OrderEvent[] }>(
      `${gateway}/v1/orders/${id}/events`,
      keyOf.get(accountId) ?? '',
    )
    const told = items.map(({ seq, status }) => `${seq} ${status}`).join(', ')
    const kept = (records.events.get(id) ?? []).map(({ seq, status }) => `${seq} ${status}`).join(', ')
    if (told !== kept) found(id, `the API tells ${told}; Postgres has ${kept}`)
  }
  return findings
}

async function get<Body>(url: string, apiKey: string): Promise<Body> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${apiKey}` } })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Body
}
