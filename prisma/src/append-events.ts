import { assertTransition, type Order } from '@fillstream/core'
import type { OrderNews, OrderStatus } from '@fillstream/types'
import type { PrismaClient } from '../generated/client'
import { appendStatement, type AppendedRow } from './append-statement'
import { applyStep } from './apply-step'
import { runByHalves } from './batcher'
import type { AppendResult, OrderAppend } from './orders'
import { orderFromText, toNews, toOrder } from './rows'
import { type StoreWriting } from './statements'

/** A step that the status machine forbids is the writer's defect, and is refused before it reaches Postgres. */
function checkSteps(append: OrderAppend): void {
  let status: OrderStatus = append.from
  for (const event of append.events) {
    assertTransition(status, event.status)
    status = event.status
  }
}

function appended(append: OrderAppend, row: AppendedRow): AppendResult {
  const order = orderAfter(append, row)
  const at = order.updatedAt.toISOString()
  const before = Number(row[2])
  const news = append.events.map(({ status, phase, data }, i): OrderNews => {
    const [seq, cursor] = [append.expectedSeq + 1 + i, before + 1 + i]
    return { orderId: order.id, accountId: order.accountId, seq, cursor, status, phase, at, data }
  })
  return { outcome: 'appended', order, news }
}

function orderAfter(append: OrderAppend, [, at, , order, attempts]: AppendedRow): Order {
  if (append.order) return applyStep(append.order, append, new Date(Number(at)))
  if (order === null) throw new Error(`the step of order ${append.orderId} was answered without the order`)
  return orderFromText(order, attempts)
}

/** Of the appends that lost, those that had already won, seen by their event ids: a connection broke before the answer came. */
async function findOwn(
  client: PrismaClient,
  lost: readonly OrderAppend[],
): Promise<Map<OrderAppend, AppendResult>> {
  const withEvents = lost.filter(({ events }) => events.length > 0)
  if (withEvents.length === 0) return new Map()
  const rows = await client.orderEvent.findMany({
    where: {
      OR: withEvents.map(({ orderId, expectedSeq, events }) => ({
        orderId,
        seq: { gt: expectedSeq, lte: expectedSeq + events.length },
      })),
    },
    orderBy: [{ orderId: 'asc' }, { seq: 'asc' }],
  })
  const own = new Map<OrderAppend, AppendResult>()
  for (const append of withEvents) {
    const written = rows.filter(
      ({ orderId, eventId }) =>
        orderId === append.orderId && append.events.some((event) => event.eventId === eventId),
    )
    if (written.length !== append.events.length) continue
    const row = await client.order.findUniqueOrThrow({
      where: { id: append.orderId },
      include: { attempts: { orderBy: { attempt: 'asc' } } },
    })
    own.set(append, { outcome: 'appended', order: toOrder(row), news: written.map(toNews) })
  }
  return own
}

/** Appends to different orders. */
async function appendRound(
  { client, statements, persist }: StoreWriting,
  appends: readonly OrderAppend[],
): Promise<(AppendResult | Error)[]> {
  const run = async (part: readonly OrderAppend[]): Promise<AppendResult[]> => {
    const rows = await persist.run(() => statements.rows<AppendedRow>(appendStatement(part)))
    const byOrder = new Map(rows.map((row) => [row[0], row]))
    const lost = part.filter(({ orderId }) => !byOrder.has(orderId))
    const own = lost.length > 0 ? await persist.run(() => findOwn(client, lost)) : null
    return part.map((append) => {
      const row = byOrder.get(append.orderId)
      return row ? appended(append, row) : (own?.get(append) ?? { outcome: 'conflict' })
    })
  }
  return runByHalves(appends, run, persist.isFaultOfOne)
}

/** Splits into rounds in which every order comes once, keeping the order of each order's appends. */
function rounds(appends: readonly { append: OrderAppend; index: number }[]) {
  const result: { append: OrderAppend; index: number }[][] = []
  const next = new Map<string, number>()
  for (const entry of appends) {
    const round = next.get(entry.append.orderId) ?? 0
    next.set(entry.append.orderId, round + 1)
    ;(result[round] ??= []).push(entry)
  }
  return result
}

/** Applies steps of orders. One result per append, in the order given; several of one order come one after the other. */
export async function appendEvents(
  writing: StoreWriting,
  appends: readonly OrderAppend[],
): Promise<(AppendResult | Error)[]> {
  const results: (AppendResult | Error)[] = []
  const valid: { append: OrderAppend; index: number }[] = []
  appends.forEach((append, index) => {
    try {
      checkSteps(append)
      valid.push({ append, index })
    } catch (error) {
      results[index] = error as Error
    }
  })
  for (const round of rounds(valid)) {
    const answers = await appendRound(
      writing,
      round.map(({ append }) => append),
    )
    round.forEach(({ index }, i) => (results[index] = answers[i] as AppendResult | Error))
  }
  return results
}
