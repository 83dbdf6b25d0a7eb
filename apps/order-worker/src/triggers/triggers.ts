import { type Order } from '@fillstream/core'

/**
 * What watches for the moment at which an order that waits is due, and fires it (`fire`). It is told of changes so that
 * it need not look: what it was not told of, or had forgotten, it finds in Postgres.
 */
export interface Triggers {
  /** `order` is `open`: it waits from now on. */
  opened(order: Order): void
  /** `order` fired, but could not be executed at its limit, and is `open` again: not worth another look for some slots. */
  reopened(order: Order): void
}
