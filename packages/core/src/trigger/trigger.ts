import { type OrderType, type SwapMode } from '@fillstream/types'
import { type Order } from '../order/order'

/** The types that wait for something before they are routed. */
export type TriggerKind = Exclude<OrderType, 'market'>

/** What an order waits for: it exists exactly while the order is `open`. Amounts in base units. */
export interface Trigger {
  readonly orderId: string
  readonly accountId: string
  /** The order's `lastSeq` while it waits: what the step that fires it must expect. */
  readonly lastSeq: number
  readonly kind: TriggerKind
  readonly inputMint: string
  readonly outputMint: string
  readonly swapMode: SwapMode
  readonly amount: bigint
  readonly sizeClass: number
  /** limit, stop: the amount of the other side at which the order fires. */
  readonly threshold: bigint | null
  readonly trailingBps: number | null
  /** trailingStop: the best price seen so far (`unitPrice`); null before the first. */
  readonly highWater: bigint | null
  readonly openedAt: Date
  readonly expiresAt: Date | null
}

/** Whether the order rests at `open` until something fires it; an IOC order is routed at once or never. */
export function waitsForTrigger<Waiting extends Pick<Order, 'type' | 'timeInForce'>>(
  order: Waiting,
): order is Waiting & { readonly type: TriggerKind } {
  return order.type !== 'market' && order.timeInForce !== 'IOC'
}

/** The power of ten that an amount above zero lies at: `floor(log10(amount))`. */
export function sizeClass(amount: bigint): number {
  if (amount <= 0n) throw new RangeError(`${amount} has no size class`)
  return amount.toString().length - 1
}

/**
 * Whether an order with this threshold fires when its own size would come to `executable` (ExactIn: output, ExactOut:
 * input). limit: at least as good; stop: at most as good.
 */
export function isExecutable(
  { kind, swapMode, threshold }: { kind: 'limit' | 'stop'; swapMode: SwapMode; threshold: bigint },
  executable: bigint,
): boolean {
  return (kind === 'limit') === (swapMode === 'ExactIn') ? executable >= threshold : executable <= threshold
}
