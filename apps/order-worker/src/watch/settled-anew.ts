import { type Attempt } from '@fillstream/core'
import { executedPrice, replaceFees, settlementOf } from '../execute/settlement'
import { type Engine } from '../engine'
import { instructionRoles } from './instruction-roles'
import { failureOnChain } from './verdict'

/** A confirmed attempt, without its bytes: few of them are ever needed again. */
export interface ConfirmedAttempt extends Attempt {
  readonly signature: string
  readonly lastValidBlockHeight: number
}

/** What was sent for it; null where its row is gone. */
export async function signedBytes(
  { store }: Pick<Engine, 'store'>,
  { orderId, attempt }: Pick<ConfirmedAttempt, 'orderId' | 'attempt'>,
): Promise<Uint8Array | null> {
  const attempts = await store.attempts.ofOrder(orderId)
  return attempts.find((one) => one.attempt === attempt)?.signedTransaction ?? null
}

/**
 * A confirmed attempt was finalized in another slot than the one it was confirmed in: it landed again after a rollback,
 * against other reserves. What the chain says now takes the place of what it said then, in the fill and in the order, whose
 * status stays. Alerts where amounts differ. False: the chain does not show all of it yet, or another copy was first.
 */
export async function correctFill(engine: Engine, attempt: ConfirmedAttempt): Promise<boolean> {
  const { orderId, signature, reference } = attempt
  const [order, before, bytes, transactions] = await Promise.all([
    engine.store.orders.get(null, orderId),
    engine.store.fills.find(orderId, attempt.attempt),
    signedBytes(engine, attempt),
    engine.settlement.readSettlement(signature, reference, 'finalized'),
  ])
  const main = transactions?.[0]
  if (order === null || before === null || bytes === null || !transactions || !main) return false
  const wallet = engine.wallets.of(order.accountId).address
  const { inputUsed, outputAmount, fees, slot } = settlementOf(order, wallet, transactions)
  const failure = main.error === null ? null : failureOnChain(main.error, instructionRoles(bytes))
  const corrected = await engine.store.fills.correct({
    orderId,
    fill: {
      ...before,
      slot,
      inputAmount: inputUsed,
      outputAmount,
      price: executedPrice(order, inputUsed, outputAmount, transactions),
      fees,
    },
    orderFees: replaceFees(order.fees, before.fees, fees),
    failure,
  })
  const differs = inputUsed !== before.inputAmount || outputAmount !== before.outputAmount
  if (corrected && (differs || failure !== null))
    engine.events.settledDifferently(attempt, { before, inputUsed, outputAmount, failure })
  return corrected
}
