import { isFillstreamError } from '../errors'
import { isTerminal } from '../model/event'
import type { Order, OrderStatus, OrderType } from '../model/order'
import { halt, resume, status } from './admin'
import type { Context } from './context'
import { EXIT, UsageError, type ExitCode } from './io'
import { launches, prices } from './market'
import { orderTerms } from './order-terms'
import type { CommandName } from './parse'
import { showEvent, showOrder, showOrderRow, showQuote, showTerms, showWish } from './show'
import { table } from './table'
import type { TokenBook } from './token-book'

const DEFAULT_LIST_LIMIT = 20
const TYPES: readonly string[] = ['market', 'limit', 'stop', 'trailingStop', 'sniper'] satisfies OrderType[]
const STATUSES: readonly string[] = [
  'pending',
  'open',
  'routing',
  'building',
  'submitted',
  'confirmed',
  'failed',
  'cancelled',
  'expired',
] satisfies OrderStatus[]

export const COMMANDS: Readonly<Record<CommandName, (context: Context) => Promise<ExitCode>>> = {
  quote,
  prices,
  launches,
  'order place': place,
  'order get': get,
  'order list': list,
  'order watch': watch,
  'order cancel': cancel,
  'admin halt': halt,
  'admin resume': resume,
  'admin status': status,
}

async function quote(context: Context): Promise<ExitCode> {
  const { command, client, signal } = context
  const [input, output, amount] = command.args
  if (input === undefined || output === undefined || amount === undefined || command.args.length > 3)
    throw new UsageError('quote takes IN OUT AMOUNT, such as: fillstream quote SOL USDC 1.5')
  const slippageBps = command.integer('slippage-bps')
  const exactOut = command.flag('exact-out')
  const book = await context.book()
  const answer = await client.quotes.get(
    {
      inputMint: book.mintOf(input),
      outputMint: book.mintOf(output),
      swapMode: exactOut ? 'ExactOut' : 'ExactIn',
      amount: book.parse(amount, exactOut ? output : input),
      slippageBps,
    },
    { signal },
  )
  context.data(answer)
  context.say(showQuote(answer, book))
  return EXIT.ok
}

async function place(context: Context): Promise<ExitCode> {
  const { command, client, signal } = context
  const [input, output, amount] = [command.text('in'), command.text('out'), command.text('amount')]
  if (input === undefined || output === undefined || amount === undefined || command.args.length > 0)
    throw new UsageError('order place needs --in TOKEN --out TOKEN --amount AMOUNT')
  const slippageBps = command.integer('slippage-bps')
  const maxPriceImpactBps = command.integer('max-impact-bps')
  const exactOut = command.flag('exact-out')
  const book = await context.book()
  const order = await client.orders.place(
    {
      inputMint: book.mintOf(input),
      outputMint: book.mintOf(output),
      swapMode: exactOut ? 'ExactOut' : 'ExactIn',
      amount: book.parse(amount, exactOut ? output : input),
      slippageBps,
      maxPriceImpactBps,
      ...orderTerms(command, input, output, book),
      clientOrderId: command.text('client-order-id'),
    },
    { signal, idempotencyKey: command.text('idempotency-key') },
  )
  context.data(order)
  context.say(`order ${order.orderId}: ${[showWish(order, book), ...showTerms(order, book)].join(', ')}`)
  if (command.flag('watch')) return follow(context, order, 0)
  context.say(`follow it: fillstream order watch ${order.orderId}`)
  return EXIT.ok
}

async function get(context: Context): Promise<ExitCode> {
  const { command, client, signal } = context
  const id = onlyId(context)
  const order = await (command.flag('client-order-id')
    ? client.orders.getByClientId(id, { signal })
    : client.orders.get(id, { signal }))
  context.data(order)
  context.say(showOrder(order, await context.bookIfAny()))
  return EXIT.ok
}

async function list(context: Context): Promise<ExitCode> {
  const { command, client, signal } = context
  if (command.args.length > 0) throw new UsageError('order list takes options alone')
  const status = command.text('status')
  if (status !== undefined && !STATUSES.includes(status))
    throw new UsageError(`--status must be one of ${STATUSES.join(', ')}`)
  const type = command.text('type')
  if (type !== undefined && !TYPES.includes(type))
    throw new UsageError(`--type must be one of ${TYPES.join(', ')}`)
  const limit = command.integer('limit') ?? DEFAULT_LIST_LIMIT
  const all = command.flag('all')
  let cursor = command.text('cursor')
  let book: TokenBook | undefined
  do {
    const page = await client.orders.list(
      { status: status as OrderStatus | undefined, type: type as OrderType | undefined, limit, cursor },
      { signal },
    )
    const tokens = (book ??= await context.bookIfAny())
    for (const order of page.items) context.data(order)
    context.say(table(page.items.map((order) => showOrderRow(order, tokens))))
    cursor = page.nextCursor ?? undefined
  } while (all && cursor !== undefined)
  if (cursor !== undefined) {
    context.data({ nextCursor: cursor })
    context.say(`more: --cursor ${cursor}`)
  }
  return EXIT.ok
}

async function watch(context: Context): Promise<ExitCode> {
  const { client, command, signal } = context
  const id = onlyId(context)
  const afterSeq = command.integer('after-seq') ?? 0
  return follow(context, await client.orders.get(id, { signal }), afterSeq)
}

async function cancel(context: Context): Promise<ExitCode> {
  const { client, signal } = context
  const id = onlyId(context)
  try {
    const order = await client.orders.cancel(id, { signal })
    context.data(order)
    context.say(showOrder(order, await context.bookIfAny()))
    return EXIT.ok
  } catch (error) {
    if (isFillstreamError(error, 'CANCEL_TOO_LATE') && error.order)
      context.say(showOrder(error.order, await context.bookIfAny()))
    throw error
  }
}

/** Shows the events after `afterSeq` until the order is done. */
async function follow(context: Context, order: Order, afterSeq: number): Promise<ExitCode> {
  const { client, signal } = context
  const book = await context.bookIfAny()
  let status = order.status
  for await (const event of client.orders.watch(order.orderId, { afterSeq, signal })) {
    status = event.status
    context.data(event)
    context.say(showEvent(event, order, book))
  }
  if (!isTerminal(status)) status = (await client.orders.get(order.orderId, { signal })).status
  return status === 'confirmed' ? EXIT.ok : EXIT.orderFailed
}

function onlyId({ command }: Context): string {
  const [id, ...others] = command.args
  if (id === undefined || id === '' || others.length > 0)
    throw new UsageError(`${command.about} takes one ID, such as: fillstream ${command.about} 0198...`)
  return id
}
