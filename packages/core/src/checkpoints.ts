/**
 * The moments before and after each durable step at which product code calls `Deps.checkpoint`, by the service that
 * reaches them. A step that is taken for a batch reaches its point once for the batch.
 *
 * `<step>.before`: decided, not written. `.committed`: in Postgres, nobody was told. `.published`: told over Redis.
 */
export const CHECKPOINTS = {
  gateway: [
    /** New orders are about to be inserted. */
    'accepted.before',
    /** The orders are durable; they are neither told nor queued. */
    'accepted.committed',
    /** The orders are told; nothing waits for this: they may be queued and answered. */
    'accepted.published',
    /** An order is handed to the enqueuer; it is not answered, and its job is not yet in Redis. */
    'accepted.answering',
    /** The jobs are in Redis; an answer, which does not wait for this, may have left. */
    'accepted.enqueued',
    /** An order was found cancellable; nothing is written. */
    'cancelled.before',
    /** The cancellation is durable; nobody was told. */
    'cancelled.committed',
    /** The cancellation is told; the caller has no answer. */
    'cancelled.published',
  ],
  'order-worker': [
    /** A job was taken; the order has not been read. */
    'job.taken',
    /** An order is about to wait at `open`: a new one, or one that fired and is not executable; there is no trigger yet. */
    'opened.before',
    /** It waits, its trigger is durable; who watches for its moment was not told. */
    'opened.committed',
    'opened.published',
    /** An order is about to move to `routing` for a quote: from `pending`, from `open`, or from `building` with one that grew old. */
    'routing.before',
    'routing.committed',
    'routing.published',
    /** The quote is there; the route and the order's bound are not written. */
    'building.before',
    'building.committed',
    'building.published',
    /** The transaction is signed; the signed bytes exist in this process alone. */
    'submitted.before',
    /** The signed bytes are durable; nothing is sent. */
    'submitted.committed',
    'submitted.published',
    /** The venue has taken the bytes; the job has not ended. */
    'transaction.sent',
    /** The chain says landed and the settlement is read; nothing is written. */
    'confirmed.before',
    'confirmed.committed',
    'confirmed.published',
    /** An attempt has failed for good and another will follow; neither is written. */
    'retry.before',
    /** The order is back at `routing`; no job for the next attempt is queued. */
    'retry.committed',
    'retry.published',
    /** The job of the next attempt of a transaction that failed on the chain is in Redis. */
    'retry.enqueued',
    /** No attempt could be signed and another will follow: about to be recorded, without an event. */
    'failedAttempt.before',
    /** The failed attempt is recorded; the job has not been put back. */
    'failedAttempt.committed',
    'failedAttempt.published',
    /** The last attempt has failed; the end of the order is not written. */
    'failed.before',
    'failed.committed',
    'failed.published',
    /** An order whose time is over was found; its end is not written. */
    'expired.before',
    'expired.committed',
    'expired.published',
    /** The sweeper has found unfinished orders; they are not queued. */
    'sweep.before',
    /** The jobs of what the sweeper found are in Redis. */
    'sweep.enqueued',
    /** The watcher has taken or renewed leases; nothing is looked up with them. */
    'watch.leased',
    /** The chain says finalized; it is not marked. */
    'finality.before',
    'finality.marked',
  ],
  notifier: [
    /** News was read from the streams; nobody has been sent it. */
    'news.read',
  ],
} as const

export type Checkpoint = (typeof CHECKPOINTS)[keyof typeof CHECKPOINTS][number]
