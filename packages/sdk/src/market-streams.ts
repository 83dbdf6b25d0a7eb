import type { CallOptions, MarketCalls } from './market'
import type { Launch, Pair, Price } from './model/market'
import { pairIdOf } from './pair'
import type { Stream } from './stream/stream'
import { watchLaunches, watchPrices } from './stream/watch-market'

export interface MarketStreams {
  readonly prices: {
    /**
     * What a pair can be traded at: its last price, then every new one, in rising slots, across dropped connections. A
     * slow reader skips to the newest. It ends when you break or abort.
     * @example
     * ```ts
     * for await (const price of client.prices.watch({ inputMint: 'SOL', outputMint: 'USDC' }))
     *   console.log(price.slot, price.exactIn.find(({ size }) => size === 1_000_000_000n)?.amount)
     * ```
     */
    watch(pair: Pair, options?: CallOptions): AsyncIterableIterator<Price>
  }
  readonly launches: {
    /**
     * The pools of new tokens, each once: the last ones (at most 100), then every new one, across dropped connections.
     * What is launched during an outage comes after it, if it still is among the last 100. It ends when you break or
     * abort.
     */
    watch(options?: CallOptions): AsyncIterableIterator<Launch>
  }
}

/** The streams that tell the market to everybody. */
export function createMarketStreams(stream: Stream, tokens: MarketCalls['tokens']): MarketStreams {
  return {
    prices: {
      watch: (pair, options) =>
        watchPrices(
          stream,
          (signal) => pairIdOf(pair, async () => (await tokens.list({ signal })).items),
          options?.signal,
        ),
    },
    launches: { watch: (options) => watchLaunches(stream, options?.signal) },
  }
}
