import { type NewOrder, type OrderAppend, type Store, type StoreConfig } from '@fillstream/store'
import { type OrderStatus } from '@fillstream/types'
/** Waiting as the real clock does it. */
export declare const realClock: {
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}
export declare function openStore(databaseUrl: string, config?: Omit<StoreConfig, 'databaseUrl'>): Store
/** A new account, and its id. */
export declare function newAccount(store: Store): Promise<string>
/** An order that sells 1 SOL for USDC. */
export declare function newOrder(accountId: string, fields?: Partial<NewOrder>): NewOrder
/** The steps from `path[0]`, where an order stands at `expectedSeq`, to each of the other statuses. */
export declare function steps(
  order: {
    id: string
    accountId: string
  },
  expectedSeq: number,
  path: readonly [OrderStatus, ...OrderStatus[]],
  fields?: Partial<OrderAppend>,
): OrderAppend
/** A signed first attempt, as far as the store is concerned. */
export declare function submittedAttempt(attempt?: number): Extract<
  OrderAppend['attempt'],
  {
    kind: 'submit'
  }
>
/** Repeats `check` until it passes; fails with its last error after 10 s. */
export declare function eventually<T>(check: () => Promise<T> | T): Promise<T>
//# sourceMappingURL=store.d.ts.map
