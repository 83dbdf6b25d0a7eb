import { type Clock } from '@fillstream/runtime'
import { createConnections, type Connection } from './connections'

/** A clock on which whoever waits is the only one: time passes as it is asked to. */
function clockOfOne(): Clock {
  let now = 0
  return {
    now: () => now,
    monotonic: () => now,
    // The heartbeat's wait ends with its stop.
    sleep: (ms, signal) =>
      signal === undefined
        ? Promise.resolve(void (now += ms))
        : new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
          ),
  }
}

function connectionOf(does: Partial<Connection>): Connection {
  const nothing = () => undefined
  return {
    pingedAt: 0,
    awaitsPong: false,
    ping: nothing,
    close: nothing,
    terminate: nothing,
    onSilent: nothing,
    ...does,
  }
}

const CONFIG = { heartbeatMs: 30_000, pongTimeoutMs: 10_000, maxPerAccount: 1 }

test('all are told 1001 evenly over the time given, not in one moment', async () => {
  const clock = clockOfOne()
  const connections = createConnections(CONFIG, clock, (error) => {
    throw error
  })
  const toldAt: number[] = []
  for (let n = 0; n < 1_000; n += 1) {
    const connection = connectionOf({
      close(code) {
        expect(code).toBe(1001)
        toldAt.push(clock.monotonic())
        connections.remove(connection)
      },
    })
    connections.add(connection)
  }
  await connections.closeAll(2_000, 3_000)
  expect(toldAt).toHaveLength(1_000)
  expect(toldAt.at(-1)).toBeGreaterThan(1_900)
  expect(toldAt.at(-1)).toBeLessThanOrEqual(2_010)
  const inOneMoment = Math.max(...toldAt.map((at) => toldAt.filter((other) => other === at).length))
  expect(inOneMoment).toBeLessThanOrEqual(10)
})

test('without time given, all are told at once', async () => {
  const clock = clockOfOne()
  const connections = createConnections(CONFIG, clock, () => undefined)
  let told = 0
  for (let n = 0; n < 10; n += 1) {
    const connection = connectionOf({
      close() {
        told += 1
        connections.remove(connection)
      },
    })
    connections.add(connection)
  }
  await connections.closeAll(0, 3_000)
  expect({ told, at: clock.monotonic(), left: connections.size }).toEqual({ told: 10, at: 0, left: 0 })
})

test('a crowd is pinged a part at a time, and others get their turn in between', async () => {
  let now = 0
  let wake: () => void = () => undefined
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      }),
  }
  const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
  const connections = createConnections(CONFIG, clock, (error) => {
    throw error
  })
  await nextTurn()
  let pings = 0
  for (let n = 0; n < 1_000; n += 1) {
    const connection = connectionOf({ ping: () => (pings += 1), close: () => connections.remove(connection) })
    connections.add(connection)
  }
  now = CONFIG.heartbeatMs
  wake()
  const soFar = [0]
  while (pings < 1_000) {
    await nextTurn()
    soFar.push(pings)
  }
  expect(Math.max(...soFar.slice(1).map((count, i) => count - (soFar[i] ?? 0)))).toBeLessThanOrEqual(64)
  await connections.closeAll(0, 0)
})
