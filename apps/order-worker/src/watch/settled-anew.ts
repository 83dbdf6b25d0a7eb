import { type Attempt } from '@fillstream/core'
import { executedPrice, replaceFees, settlementOf } from '../execute/settlement'
import { type Engine } from '../engine'
import { instructionRoles } from './instruction-roles'
import { failureOnChain } from './verdict'

/** A confirmed attempt with what was sent for it. */
export interface ConfirmedAttempt extends Attempt {
  readonly signature: string
  readonly signedTransaction: Uint8Array
  readonly lastValidBlockHeight: number
}

/**
 * A confirmed attempt was finalized in another slot than the one it was confirmed in: it landed again after a rollback,
 * against other reserves. What the chain says now takes the place of what it said then, in the fill and in the order, whose
 * status stays. Alerts where amounts differ. False: the chain does not show all of it yet, or another copy was first.
 */
export async function correctFill(engine: Engine, attempt: ConfirmedAttempt): Promise<boolean> {
  const { orderId, signature, reference } = attempt
  const [order, before, transactions] = await Promise.all([
    engine.store.orders.get(null, orderId),
    engine.store.fills.find(orderId, attempt.attempt),
    engine.settlement.readSettlement(signature, reference, 'finalized'),
  ])
  const main = transactions?.[0]
  if (order === null || before === null || !transactions || !main) return false
  const wallet = engine.wallets.of(order.accountId).address
  const { inputUsed, outputAmount, fees, slot } = settlementOf(order, wallet, transactions)
  const failure =
    main.error === null ? null : failureOnChain(main.error, instructionRoles(attempt.signedTransaction))
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
