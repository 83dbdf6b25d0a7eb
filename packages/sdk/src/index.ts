import { createClientOn, type ClientOptions, type FillstreamClient } from './client'
import { nodePlatform } from './node-platform'

export * from './exports'

/**
 * A client of one Fillstream engine. It holds no connection until something is watched, and needs no closing.
 * @throws TypeError where `baseUrl` or `streamUrl` is no URL
 * @example
 * ```ts
 * const client = createClient({ baseUrl: 'http://127.0.0.1:3000', apiKey: process.env.FILLSTREAM_API_KEY })
 * const order = await client.orders.place({ inputMint: 'SOL', outputMint: 'USDC', amount: 1_500_000_000n })
 * for await (const event of client.orders.watch(order.orderId)) console.log(event.status)
 * ```
 */
export function createClient(options: ClientOptions): FillstreamClient {
  return createClientOn(nodePlatform, options)
}
