import { type Attempt } from '@fillstream/core'
import { type OrderAppend, type Published } from '@fillstream/store'
import { type Client } from 'pg'
import { type SimulatedChain } from './simulated-chain'

/** What must hold at the moment something happens; `client` sees what is durable then. */
export interface ChecksOnTheWay {
  /** The venue is handed bytes. */
  submitted(bytes: Uint8Array): Promise<void>
  /** An append has won. */
  appended(step: OrderAppend, published: Published): void
  /** News is told. */
  heard(published: readonly Published[]): Promise<void>
  /** An operator is told of a rollback. */
  alerted(attempt: Attempt): void
}

export function checksOnTheWay(
  client: Client,
  chain: SimulatedChain,
  report: (violation: string) => void,
): ChecksOnTheWay {
  return {
    /** Invariant 2: what is sent is durable already, and nothing else of the order can land. */
    async submitted(bytes) {
      const tx = chain.submit(bytes)
      const { orderId } = tx.settlement.attempt
      const { rows } = await client.query<{ signed_transaction: Buffer; last_valid: string }>(
        `select signed_transaction, last_valid_block_height as last_valid from attempts
          where order_id = $1 and signature = $2`,
        [orderId, tx.signature],
      )
      const [row] = rows
      if (row === undefined || Buffer.compare(row.signed_transaction, bytes) !== 0)
        report(`order ${orderId}: bytes were sent before they were durable`)
      else if (Number(row.last_valid) !== tx.lastValidBlockHeight)
        report(`order ${orderId}: the stored last valid height is not the blockhash's`)
      if (chain.ofOrder(orderId).filter((other) => chain.mayMoveMoney(other)).length > 1)
        report(`order ${orderId}: two of its transactions may land`)
    },

    /** Invariant 2: a new attempt only where no earlier one can land. */
    appended({ attempt }, { order }) {
      if (attempt?.kind !== 'submit') return
      if (order.expiresAt !== null) report(`order ${order.id} was signed for after its time`)
      for (const { signature, lastValidBlockHeight } of order.attempts) {
        if (signature === null || lastValidBlockHeight === null || signature === attempt.signature) continue
        if (chain.mayMoveMoney({ signature, lastValidBlockHeight }))
          report(`order ${order.id}: signed anew while an earlier attempt may land`)
      }
    },

    /** Invariant 3: what is told is durable. */
    async heard(published) {
      for (const { orderId, seq, status } of published.flatMap(({ news }) => news)) {
        const { rowCount } = await client.query(
          'select 1 from order_events where order_id = $1 and seq = $2 and status = $3::order_status',
          [orderId, seq, status],
        )
        if (rowCount !== 1) report(`order ${orderId}: event ${seq} was told but is not durable`)
      }
    },

    /** Invariant 4: an alert where a confirmed transaction was rolled back, and nowhere else. */
    alerted({ orderId, signature }) {
      if (signature !== null && chain.sent.get(signature)?.rolledBack) return
      report(`order ${orderId}: an alert, although nothing was rolled back`)
    },
  }
}
