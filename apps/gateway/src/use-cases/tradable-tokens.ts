import { type Clock } from '@fillstream/runtime'
import { type RpcCaller } from '@fillstream/messaging'
import { type dexRouterOperations, type TokenInfo } from '@fillstream/types'

/** The tokens that have a market, as dex-router knows them. */
export interface TradableTokens {
  /** The whole list, at most a few seconds old; while dex-router is silent, the last one it gave. */
  list(): Promise<readonly TokenInfo[]>
  /** Whether there is a market for `mint`. */
  has(mint: string): Promise<boolean>
}

const FRESH_MS = 3_000
const TIMEOUT_MS = 2_000

/** One request at a time, however many callers wait for its answer. */
export function createTradableTokens(
  router: RpcCaller<typeof dexRouterOperations>,
  clock: Clock,
): TradableTokens {
  let last: { tokens: readonly TokenInfo[]; mints: ReadonlySet<string>; at: number } | undefined
  let running: Promise<void> | undefined

  async function refresh(): Promise<void> {
    const { tokens } = await router.call('tokens', {}, TIMEOUT_MS)
    last = { tokens, mints: new Set(tokens.map(({ mint }) => mint)), at: clock.monotonic() }
  }

  async function current() {
    if (!last || clock.monotonic() - last.at > FRESH_MS) {
      running ??= refresh().finally(() => {
        running = undefined
      })
      try {
        await running
      } catch (error) {
        if (!last) throw error
      }
    }
    return last
  }

  return {
    list: async () => (await current())?.tokens ?? [],
    has: async (mint) => (await current())?.mints.has(mint) ?? false,
  }
}
