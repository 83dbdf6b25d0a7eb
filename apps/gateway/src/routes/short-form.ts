import { orderRequestSchema } from '@fillstream/types'
import { type Call, type Handlers } from '../http/call'
import { type PlaceOrder } from '../use-cases/place-order'
import { lamportsOf } from '../use-cases/short-amount'

/** `{"amount": 50}`: buy that much SOL with USDC. A thin form of the same use case. */
export function shortFormRoutes({
  placeOrder,
  streamBase,
}: {
  readonly placeOrder: PlaceOrder
  readonly streamBase: string
}): Pick<Handlers, 'execute' | 'executeOrder'> {
  const execute = async (call: Call<'execute'> | Call<'executeOrder'>) => {
    const request = orderRequestSchema.parse({
      inputMint: 'USDC',
      outputMint: 'SOL',
      swapMode: 'ExactOut',
      amount: lamportsOf(call.bodyText).toString(),
    })
    const { order, replayed } = await placeOrder({ form: 'short', call, request })
    return {
      body: {
        status: 'pending' as const,
        orderId: order.orderId,
        message: 'Order accepted; its steps are on the stream',
        stream: `${streamBase}/ws?orderId=${order.orderId}`,
      },
      headers: {
        Location: `/v1/orders/${order.orderId}`,
        ...(replayed ? { 'Idempotency-Replayed': 'true' } : {}),
      },
    }
  }
  return { execute, executeOrder: execute }
}
