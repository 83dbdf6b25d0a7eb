import { canTransition, isTerminal } from '@fillstream/core'
import { type FailureCode, type OrderStatus } from '@fillstream/types'
import { type Client } from 'pg'
import { type SimulatedChain } from './simulated-chain'
import { FEE_LAMPORTS, movedBy } from './transactions'
import { type CancelAnswer } from './world'

/** Something has happened that the contract rules out. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation'
}

/** The contract's own words, lest a slip in the table of the code excuse itself. */
const TRANSIENT: readonly FailureCode[] = [
  'VENUE_UNAVAILABLE',
  'VENUE_TIMEOUT',
  'TX_EXPIRED',
  'SLIPPAGE_EXCEEDED',
]
const MAX_ATTEMPTS = 3

interface OrderRow {
  readonly id: string
  readonly status: OrderStatus
  readonly lastSeq: number
  readonly attemptCount: number
  readonly minOutput: string | null
  readonly inputUsed: string | null
  readonly output: string | null
  readonly txHash: string | null
  readonly failure: { readonly code: FailureCode } | null
  readonly fees: readonly { readonly kind: string; readonly amount: string }[]
  readonly events: readonly { readonly seq: number; readonly status: OrderStatus }[]
  readonly attempts: readonly AttemptRow[]
  readonly fills: readonly { readonly signature: string; readonly input: string; readonly output: string }[]
}

interface AttemptRow {
  readonly attempt: number
  readonly status: 'submitted' | 'confirmed' | 'failed'
  readonly signature: string | null
  readonly code: FailureCode | null
  readonly message: string | null
  readonly finalized: boolean
}

const ORDERS = `
select o.id, o.status, o.last_seq as "lastSeq", o.attempt_count as "attemptCount", o.min_output_amount as "minOutput",
  o.input_used as "inputUsed", o.output_amount as output, o.tx_hash as "txHash", o.failure, o.fees,
  (select json_agg(json_build_object('seq', e.seq, 'status', e.status) order by e.seq)
    from order_events e where e.order_id = o.id) as events,
  coalesce((select json_agg(json_build_object('attempt', a.attempt, 'status', a.status, 'signature', a.signature, 'code', a.code,
    'message', a.message, 'finalized', a.finalized_at is not null) order by a.attempt)
    from attempts a where a.order_id = o.id), '[]') as attempts,
  coalesce((select json_agg(json_build_object('signature', f.signature, 'input', f.input_amount::text,
    'output', f.output_amount::text)) from fills f where f.order_id = o.id), '[]') as fills
from orders o order by o.id`

const CURSORS = `
select a.id, a.account_seq::int as last, coalesce(array_agg(e.cursor::int order by e.cursor)
  filter (where e.cursor is not null), '{}') as cursors
from accounts a left join order_events e on e.account_id = a.id group by a.id`

/** What the clients were told and what the chain knows, beside the database. */
export interface Witness {
  readonly chain: SimulatedChain
  readonly accepted: ReadonlyMap<string, string>
  readonly cancelAnswers: readonly CancelAnswer[]
}

/** Holds the invariants of the contract against a database whose orders have all ended. Returns what is broken. */
export async function checkInvariants(client: Client, witness: Witness): Promise<string[]> {
  const { rows: orders } = await client.query<OrderRow>(ORDERS)
  const { rows: accounts } = await client.query<{ id: string; last: number; cursors: number[] }>(CURSORS)
  const byId = new Map(orders.map((order) => [order.id, order]))
  return [
    ...[...witness.accepted.values()]
      .filter((id) => !byId.has(id))
      .map((id) => `order ${id} was accepted and is not there`),
    ...orders.flatMap((order) =>
      [...brokenCourse(order), ...brokenAttempts(order), ...brokenSettlement(order, witness.chain)].map(
        (broken) => `order ${order.id} ${broken}`,
      ),
    ),
    ...witness.cancelAnswers.flatMap((answer) => brokenAnswer(answer, byId.get(answer.orderId))),
    ...accounts
      .filter(({ last, cursors }) => !isDense(cursors, last))
      .map(({ id, cursors }) => `account ${id} has cursors ${cursors.join()}`),
  ]
}

function isDense(numbers: readonly number[], last: number): boolean {
  return numbers.length === last && numbers.every((number, i) => number === i + 1)
}

/** Invariants 1 and 3: events without gaps, each step legal, one end. */
function brokenCourse({ status, lastSeq, events }: OrderRow): string[] {
  const broken: string[] = []
  const course = events.map((event) => event.status)
  if (!isTerminal(status)) broken.push(`has not ended: ${status}`)
  if (course.at(-1) !== status) broken.push(`is ${status}, its last event says ${course.at(-1)}`)
  if (course.filter(isTerminal).length !== 1) broken.push(`ended not exactly once: ${course.join()}`)
  if (
    !isDense(
      events.map(({ seq }) => seq),
      lastSeq,
    )
  )
    broken.push(`has events ${events.map(({ seq }) => seq).join()} and stands at ${lastSeq}`)
  course.forEach((to, i) => {
    const from = course[i - 1]
    if (from !== undefined && !canTransition(from, to)) broken.push(`went from ${from} to ${to}`)
  })
  return broken
}

/** Invariant 6: few attempts, a retry only after a transient failure, every reason kept. */
function brokenAttempts({ status, attempts, attemptCount, failure }: OrderRow): string[] {
  const broken: string[] = []
  const numbers = attempts.map(({ attempt }) => attempt)
  if (!isDense(numbers, attemptCount)) broken.push(`has attempts ${numbers.join()}, counted ${attemptCount}`)
  if (attempts.length > MAX_ATTEMPTS) broken.push(`was attempted ${attempts.length} times`)
  const last = attempts.at(-1)
  for (const attempt of attempts) {
    const { code, message } = attempt
    if (attempt.status === 'submitted') broken.push(`has an attempt that was never resolved`)
    if (attempt.status === 'failed' && (code === null || !message))
      broken.push('lost the reason of an attempt')
    if (attempt !== last && (code === null || !TRANSIENT.includes(code)))
      broken.push(`was tried again after ${attempt.status} ${code}`)
    if (attempt.status === 'confirmed' && !attempt.finalized) broken.push('was not followed to finality')
  }
  if (status === 'failed' && attempts.length < MAX_ATTEMPTS && last?.code && TRANSIENT.includes(last.code))
    broken.push(`gave up after ${attempts.length} attempt(s) and a transient ${last.code}`)
  if (status === 'expired' && failure?.code !== 'ORDER_EXPIRED') broken.push(`expired for ${failure?.code}`)
  if (status === 'failed' && (failure === null || failure.code !== last?.code))
    broken.push(`failed for ${failure?.code}, its last attempt for ${last?.code}`)
  return broken
}

/** Invariants 2 and 4: at most one transaction settles, and the order says what the chain says. */
function brokenSettlement(order: OrderRow, chain: SimulatedChain): string[] {
  const sent = chain.ofOrder(order.id)
  const settled = sent.filter(({ landed }) => landed?.error === null)
  if (settled.length > 1) return [`was settled ${settled.length} times`]
  if (order.status !== 'confirmed') return settled.length > 0 ? [`is ${order.status}, but was settled`] : []
  const tx = sent.find(({ signature }) => signature === order.txHash)
  if (tx === undefined) return ['is confirmed by a transaction that was never sent']
  if (settled.length === 0 && !tx.rolledBack) return ['is confirmed, but nothing landed']
  const code = order.attempts.at(-1)?.code ?? null
  // Rolled back for good: the order still says what was promised, its attempt that it is lost.
  if (tx.landed === null)
    return code === 'TX_EXPIRED' ? [] : ['was rolled back, and its attempt does not say so']
  const broken: string[] = []
  if ((code === null) !== (tx.landed.error === null)) broken.push(`landed, and its attempt says ${code}`)
  const { input, output } = movedBy(tx)
  const truth = [tx.signature, String(input), String(output)].join()
  const said = [order.txHash, order.inputUsed, order.output].join()
  const filled = order.fills.map((fill) => [fill.signature, fill.input, fill.output].join()).join(' ')
  if (said !== truth || filled !== truth) broken.push(`says ${said}, its fills ${filled}, the chain ${truth}`)
  if (tx.landed.error === null && (order.minOutput === null || output < BigInt(order.minOutput)))
    broken.push(`settled ${output} below its bound ${order.minOutput}`)
  const fees = FEE_LAMPORTS * BigInt(sent.filter(({ landed }) => landed !== null).length)
  if (order.fees.reduce((sum, { amount }) => sum + BigInt(amount), 0n) !== fees)
    broken.push(`shows other fees than the ${fees} lamports that the chain took`)
  return broken
}

/** Invariant 5: what a client was told about cancelling was so. */
function brokenAnswer(answer: CancelAnswer, order: OrderRow | undefined): string[] {
  if (order === undefined) return [`order ${answer.orderId} is gone`]
  if (answer.answer === 'cancelled')
    return order.status === 'cancelled' ? [] : [`order ${order.id} was cancelled and is ${order.status}`]
  const { status, lastSeq } = answer.order
  const at = order.events.find(({ seq }) => seq === lastSeq)
  const truly = at?.status === status && (status === 'submitted' || isTerminal(status))
  return truly ? [] : [`order ${order.id}: too late to cancel at ${status}, seq ${lastSeq}, which is not so`]
}
