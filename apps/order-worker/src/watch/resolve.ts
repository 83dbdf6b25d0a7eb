import { type Attempt, type Order } from '@fillstream/core'
import { type OrderAppend, type SubmittedAttempt } from '@fillstream/store'
import { afterFailure } from '../execute/after-failure'
import { stepsOf } from '../execute/steps-of'
import { addFees, executedPrice, networkFees, settlementOf } from '../execute/settlement'
import { type Engine } from '../engine'
import { instructionRoles } from './instruction-roles'
import { landedTiming, type LaunchTiming } from './launch-timing'
import { failureOnChain, type Verdict } from './verdict'

/** A signed attempt under watch. */
export type WatchedAttempt = Pick<Attempt, 'orderId' | 'attempt'> & {
  readonly signature: string
  readonly signedTransaction: Uint8Array
  readonly lastValidBlockHeight: number
  readonly genesisHash: string
  readonly reference: string | null
  /** Of a sniper order's attempt, where this copy submitted it. */
  readonly launch?: LaunchTiming
}

/** A submission as its watcher needs it. */
export function watchedAttempt(orderId: string, submitted: SubmittedAttempt): WatchedAttempt {
  const { attempt, signature, signedTransaction, lastValidBlockHeight, genesisHash, reference } = submitted
  return { orderId, attempt, signature, signedTransaction, lastValidBlockHeight, genesisHash, reference }
}

/** What is done with an attempt after a verdict: resolved for good, or looked at again next turn. */
export type Resolution = 'resolved' | 'again'

/**
 * Appends what the chain said about an attempt: confirmed with what was settled, failed, or the next attempt.
 * Two watchers that resolve one attempt do no harm: the second finds the order moved on.
 * @param known the order as the submission left it, where that is at hand: a step from it is refused if it has moved since
 */
export async function resolveAttempt(
  engine: Engine,
  attempt: WatchedAttempt,
  verdict: Verdict,
  known: Order | null,
): Promise<Resolution> {
  if (verdict.outcome === 'unknown') return 'again'
  const order = known ?? (await engine.store.orders.get(null, attempt.orderId))
  // Moved on without us: another copy resolved this attempt, or a later one is under way.
  if (order === null || order.status !== 'submitted' || order.attempts.length !== attempt.attempt)
    return 'resolved'
  if (verdict.outcome === 'landed') return confirm(engine, order, attempt)
  if (verdict.outcome === 'expired')
    return fail(engine, order, attempt, null, {
      code: 'TX_EXPIRED',
      message: 'the transaction did not land while it was valid',
    })
  return fail(
    engine,
    order,
    attempt,
    verdict.slot,
    failureOnChain(verdict.error, instructionRoles(attempt.signedTransaction)),
  )
}

async function confirm(engine: Engine, order: Order, attempt: WatchedAttempt): Promise<Resolution> {
  const transactions = await engine.settlement.readSettlement(
    attempt.signature,
    attempt.reference,
    engine.config.CONFIRM_COMMITMENT,
  )
  if (transactions === null) return 'again'
  const wallet = engine.wallets.of(order.accountId).address
  const { inputUsed, outputAmount, fees: attemptFees, slot } = settlementOf(order, wallet, transactions)
  const fees = addFees(order.fees, attemptFees)
  const price = executedPrice(order, inputUsed, outputAmount, transactions)
  const data = {
    txHash: attempt.signature,
    attempt: attempt.attempt,
    slot,
    inputUsed: inputUsed.toString(),
    outputAmount: outputAmount.toString(),
    executedPrice: price,
    fees,
    ...(await landedTiming(engine, order, attempt, slot)),
  }
  const result = await engine.journal.append({
    ...stepsOf(engine, order, [['confirmed', null, data]]),
    changes: {
      txHash: attempt.signature,
      inputUsed,
      outputAmount,
      executedPrice: price,
      fees,
      dueInMs: null,
    },
    attempt: {
      kind: 'resolve',
      attempt: attempt.attempt,
      status: 'confirmed',
      slot,
      code: null,
      message: null,
    },
    fill: {
      attempt: attempt.attempt,
      signature: attempt.signature,
      slot,
      inputMint: order.inputMint,
      outputMint: order.outputMint,
      inputAmount: inputUsed,
      outputAmount,
      price,
      fees: attemptFees,
    },
  })
  if (result.outcome === 'conflict') return 'again'
  engine.events.orderConfirmed(result.order)
  const { minOutputAmount, maxInputAmount } = order
  if (minOutputAmount !== null && outputAmount < minOutputAmount)
    engine.events.boundBroken(order, `${outputAmount} arrived, at least ${minOutputAmount} was promised`)
  if (maxInputAmount !== null && inputUsed > maxInputAmount)
    engine.events.boundBroken(order, `${inputUsed} left, at most ${maxInputAmount} was promised`)
  return 'resolved'
}

async function fail(
  engine: Engine,
  order: Order,
  attempt: WatchedAttempt,
  slot: number | null,
  failure: Parameters<typeof afterFailure>[3],
): Promise<Resolution> {
  const changes: OrderAppend['changes'] = {}
  if (slot !== null) {
    // It landed, so its fee is gone: the order shows it.
    const landed = await engine.chain.transaction(attempt.signature, engine.config.CONFIRM_COMMITMENT)
    if (landed === null) return 'again'
    Object.assign(changes, {
      fees: addFees(order.fees, networkFees([landed], engine.wallets.of(order.accountId).address)),
    })
  }
  const after = afterFailure(
    engine,
    order,
    { kind: 'resolve', attempt: attempt.attempt, status: 'failed', slot, ...failure },
    failure,
    changes,
  )
  const result = await engine.journal.append(after.append)
  if (result.outcome === 'conflict') return 'again'
  engine.events.attemptFailed(
    order.id,
    attempt.attempt,
    failure.code,
    failure.message,
    after.next === 'retry' ? after.delayMs : null,
  )
  if (after.next === 'end') {
    engine.events.orderFailed(result.order)
    return 'resolved'
  }
  const { id, accountId, lastSeq } = result.order
  // Durable already: where Redis is away the sweeper queues it when it is due.
  try {
    await engine.queue.enqueue([{ orderId: id, accountId, lastSeq, delayMs: after.delayMs }])
    engine.checkpoint('retry.enqueued')
  } catch (error) {
    engine.events.loopFailed('queueing the next attempt', error)
  }
  return 'resolved'
}
