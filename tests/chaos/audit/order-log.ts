import { canTransition, isTerminal, MAX_ATTEMPTS } from '@fillstream/core'
import { type Driver } from '../driver'
import { type Finding } from './finding'
import { type EventRecord, type Records } from './records'

/** What clients were told against what Postgres holds: nothing lost, nothing twice, every log whole and legal. */
export function auditOrders(
  records: Records,
  { placed, keys, cancels }: Pick<Driver, 'placed' | 'keys' | 'cancels'>,
): Finding[] {
  const findings: Finding[] = []
  const found = (kind: Finding['kind'], orderId: string | null, what: string) =>
    findings.push({ kind, orderId, what })

  for (const { orderId, key, refusal, body } of placed) {
    // A client that had no answer for long may find its order's time over: that is an answer too.
    const late = refusal?.errors.some(({ path }) => path === 'expiresAt') ?? false
    if (refusal !== null && !late)
      found('refused', null, `${JSON.stringify(body)}: ${JSON.stringify(refusal)}`)
    if (orderId === null) continue
    const order = records.orders.get(orderId)
    if (!order) found('lost', orderId, 'it was accepted, and Postgres has no such order')
    else if (order.idempotencyKey !== key) found('lost', orderId, 'its key is that of another order')
  }
  for (const order of records.orders.values()) {
    if (!keys.has(order.idempotencyKey ?? '')) found('unknown order', order.id, 'nobody has placed it')
    if (!isTerminal(order.status)) found('not ended', order.id, `it stands at ${order.status}`)
    for (const what of flawsOf(records.events.get(order.id) ?? [], order.status, order.lastSeq))
      found('event log', order.id, what)
    if (order.status !== 'confirmed') continue
    if (order.minOutput !== null && (order.output ?? 0n) < order.minOutput)
      found('bound broken', order.id, `${order.output} arrived, at least ${order.minOutput} was promised`)
    if (order.maxInput !== null && (order.inputUsed ?? 0n) > order.maxInput)
      found('bound broken', order.id, `${order.inputUsed} left, at most ${order.maxInput} was promised`)
  }
  for (const [orderId, answer] of cancels) {
    const status = records.orders.get(orderId)?.status
    if (answer === 'refused') found('cancel', orderId, 'the cancel was refused')
    if (answer === 'cancelled' && status !== 'cancelled')
      found('cancel', orderId, `it was said to be cancelled and is ${status}`)
    if (answer === 'too late' && status === 'cancelled')
      found('cancel', orderId, 'it was said to be too late, and it is cancelled')
  }
  for (const { orderId, attempt } of records.attempts)
    if (attempt > MAX_ATTEMPTS) found('too many attempts', orderId, `attempt ${attempt}`)
  findings.push(...auditCursors(records))
  return findings
}

/** What is wrong with one order's log: gaps, illegal steps, more than one end, or an end that is not the order's. */
function flawsOf(events: readonly EventRecord[], status: string, lastSeq: number): string[] {
  const flaws: string[] = []
  const told = events.map((event) => event.status)
  if (events.some(({ seq }, i) => seq !== i + 1)) flaws.push(`seq ${events.map(({ seq }) => seq).join(',')}`)
  if (events.length !== lastSeq) flaws.push(`${events.length} events, lastSeq ${lastSeq}`)
  if (told[0] !== 'pending') flaws.push(`begins with ${told[0]}`)
  if (told.at(-1) !== status) flaws.push(`ends with ${told.at(-1)}, the order is ${status}`)
  told.forEach((to, i) => {
    const from = told[i - 1]
    if (from !== undefined && !canTransition(from, to)) flaws.push(`${from} -> ${to}`)
  })
  return flaws
}

/** Every account's cursors are 1, 2, 3... and end where the account says. */
function auditCursors(records: Records): Finding[] {
  const findings: Finding[] = []
  const perAccount = new Map<string, number[]>()
  for (const { accountId, cursor } of [...records.events.values()].flat())
    listOf(perAccount, accountId).push(cursor)
  for (const [accountId, last] of records.cursors) {
    const cursors = (perAccount.get(accountId) ?? []).sort((a, b) => a - b)
    const dense = cursors.every((cursor, i) => cursor === i + 1)
    if (!dense || cursors.length !== last)
      findings.push({
        kind: 'cursor',
        orderId: null,
        what: `account ${accountId}: ${cursors.length} events, cursor ${last}${dense ? '' : ', with gaps'}`,
      })
  }
  return findings
}

function listOf(lists: Map<string, number[]>, key: string): number[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
