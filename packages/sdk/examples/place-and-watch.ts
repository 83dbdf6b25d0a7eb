/**
 * Sells 1.5 SOL for USDC and follows the order to its end.
 * Run it against a started engine: `npx tsx place-and-watch.ts`, with FILLSTREAM_URL and FILLSTREAM_API_KEY where needed.
 */
import { createClient, isFillstreamError } from '@fillstream/sdk'

const SOL = 1_000_000_000n

async function main(): Promise<void> {
  const client = createClient({
    baseUrl: process.env['FILLSTREAM_URL'] ?? 'http://127.0.0.1:3000',
    apiKey: process.env['FILLSTREAM_API_KEY'],
  })

  const order = await client.orders.place({ inputMint: 'SOL', outputMint: 'USDC', amount: (3n * SOL) / 2n })
  console.log('accepted', order.orderId)

  for await (const event of client.orders.watch(order.orderId)) {
    console.log(event.at, event.seq, event.status, event.data.txHash ?? '')
  }

  const done = await client.orders.get(order.orderId)
  if (done.status === 'confirmed')
    console.log('received', done.outputAmount, 'base units of', done.outputMint)
  else console.log(done.status, done.failure?.code, done.failure?.message)
}

main().catch((error: unknown) => {
  console.error(
    isFillstreamError(error) ? `${error.code}: ${error.message} (request ${error.requestId})` : error,
  )
  process.exitCode = 1
})
