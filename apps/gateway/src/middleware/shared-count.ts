import { type Clock } from '@fillstream/runtime'

/** How often an account has used a limit, this time included, and how long until it begins anew. */
export interface Used {
  readonly used: number
  readonly resetMs: number
}

/** Counts so many requests of an account where all copies of the gateway count; `used` is the last one's. */
export type CountTogether = (accountId: string, requests: number) => Promise<Used>

/** Counts one request. At once where that is safe, else when all copies' count is known. */
export interface SharedCount {
  count(accountId: string): Used | Promise<Used>
  /** Tells what was counted here alone, and stops. */
  close(): Promise<void>
}

/** After this long at most, what was counted here alone is told to the others. */
const TELL_MS = 100
/** So much of a limit may be used before each request is counted by all. */
const FREE_PART = 1 / 2
/** So much of a limit a copy may count alone before it tells: all copies together let pass at most so much too much, each. */
const ALONE_PART = 1 / 100
/** Accounts whose count is remembered; others are counted together once more. */
const MAX_ACCOUNTS = 10_000

interface Account {
  readonly id: string
  /** By all copies, when they were last asked. */
  used: number
  /** When the limit begins anew, on the monotonic clock. */
  resetAt: number
  /** Requests on their way to be counted together. */
  asked: number
  /** Requests that will be counted by the next call: the places in it are given in their order. */
  waiting: number
  asking: Promise<unknown> | null
  next: Promise<Used & { readonly size: number }> | null
}

/**
 * Far from the limit a request is counted here, and told to the other copies with those that follow; near it, and when nothing is known,
 * it waits for the count of all. Alone, a copy counts exactly. One call at a time for each account: requests that come while one is under
 * way are counted together by the next, each as the one that it is.
 */
export function createSharedCount(
  together: CountTogether,
  { points, clock }: { readonly points: number; readonly clock: Clock },
): SharedCount {
  const accounts = new Map<string, Account>()
  const untold = new Set<Account>()
  const [free, alone] = [Math.floor(points * FREE_PART), Math.floor(points * ALONE_PART)]
  const closing = new AbortController()
  let telling: Promise<void> | null = null

  function accountOf(id: string): Account {
    const known = accounts.get(id)
    if (known) return known
    const account = { id, used: 0, resetAt: -Infinity, asked: 0, waiting: 0, asking: null, next: null }
    accounts.set(id, account)
    const oldest = accounts.keys().next()
    if (accounts.size > MAX_ACCOUNTS && !oldest.done) accounts.delete(oldest.value)
    return account
  }

  async function askNext(account: Account): Promise<Used & { readonly size: number }> {
    await account.asking
    const size = account.waiting
    account.waiting = 0
    account.next = null
    untold.delete(account)
    account.asked = size
    const answer = together(account.id, size)
    const answered = () => {
      account.asked = 0
      account.asking = null
    }
    account.asking = answer.then(({ used, resetMs }) => {
      account.used = used
      account.resetAt = clock.monotonic() + resetMs
      answered()
    }, answered)
    return { ...(await answer), size }
  }

  function ask(account: Account): Promise<Used & { readonly size: number }> {
    return (account.next ??= askNext(account))
  }

  async function tell(): Promise<void> {
    while (untold.size > 0) {
      await clock.sleep(TELL_MS, closing.signal).catch(() => undefined)
      await Promise.allSettled([...untold].map(ask))
    }
    telling = null
  }

  return {
    count(accountId) {
      const account = accountOf(accountId)
      account.waiting += 1
      const place = account.waiting
      const here = account.asked + place
      const resetMs = account.resetAt - clock.monotonic()
      const isFar = here <= alone && account.used + here <= free
      if (isFar && resetMs > 0 && !closing.signal.aborted) {
        untold.add(account)
        telling ??= tell()
        return { used: account.used + here, resetMs }
      }
      return ask(account).then(({ used, size, ...rest }) => ({ ...rest, used: used - size + place }))
    },
    async close() {
      closing.abort()
      await telling
    },
  }
}
