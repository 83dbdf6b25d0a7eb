// order-worker with its fence taken out: every step is appended as if its writer had read the order's latest state. A run with it
// must find what the fence prevents. The product has no such switch: the store is changed here, before the service asks for it.
const { dirname, join } = require('node:path')

const app = join(__dirname, '../../../apps/order-worker')
const store = require(require.resolve('@fillstream/store', { paths: [app] }))

function unfenced(create) {
  return (...given) => {
    const real = create(...given)
    const orders = {
      ...real.orders,
      async appendEvents(appends) {
        const now = new Map(
          (await real.orders.getMany(appends.map(({ orderId }) => orderId))).map((order) => [
            order.id,
            order,
          ]),
        )
        return real.orders.appendEvents(
          appends.map(({ order: _order, ...append }) => {
            const order = now.get(append.orderId)
            if (!order) return append
            const attempt =
              append.attempt && append.attempt.kind !== 'resolve'
                ? { ...append.attempt, attempt: order.attempts.length + 1 }
                : append.attempt
            return { ...append, expectedSeq: order.lastSeq, ...(attempt ? { attempt } : {}) }
          }),
        )
      },
    }
    return { ...real, orders }
  }
}

const path = require.resolve('@fillstream/store', { paths: [app] })
require.cache[path].exports = { ...store, createStore: unfenced(store.createStore) }
require(join(dirname(app), 'order-worker/dist/main.js'))
