import fc from 'fast-check'
import { createTestClient } from '../testing/client'
import { orderIdOf } from '../testing/orders'
import { startStandIn } from '../testing/stand-in'
import type { Fate } from '../testing/stream-server'

/** A connection that ends somewhere, somehow, and may say things twice. */
const fate: fc.Arbitrary<Fate> = fc.record(
  {
    refuse: fc.constantFrom(502, 503),
    framesBeforeEnd: fc.integer({ min: 1, max: 12 }),
    end: fc.constantFrom<(number | 'cut')[]>('cut', 1001, 1011, 4429),
    repeat: fc.integer({ min: 0, max: 4 }),
  },
  { requiredKeys: ['framesBeforeEnd', 'end'] },
)

interface Scenario {
  readonly fates: Fate[]
  /** How many times each order is tried before it is confirmed. */
  readonly rounds: number[]
  /** Whether the next event happens with the next frame that goes out, or right away. */
  readonly live: boolean[]
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  fates: fc.array(fate, { maxLength: 8 }),
  rounds: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  live: fc.array(fc.boolean(), { minLength: 5, maxLength: 45 }),
})

/** The statuses of all orders, interleaved: [order, status] in the order in which they happen. */
function script({ rounds }: Scenario) {
  const ways = rounds.map((count) => [
    'pending' as const,
    ...Array.from({ length: count }, () => ['routing', 'building', 'submitted'] as const).flat(),
    'confirmed' as const,
  ])
  const longest = Math.max(...ways.map((way) => way.length))
  return Array.from({ length: longest }, (_, step) =>
    ways.flatMap((way, order) => {
      const status = way[step]
      return status === undefined ? [] : [{ orderId: orderIdOf(order), status }]
    }),
  ).flat()
}

test('over any drops and repeats every event comes once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const engine = await startStandIn()
      try {
        const events = script(given)
        let next = 0
        const happen = () => {
          const event = events[next]
          if (event) engine.log.append(event.orderId, event.status)
          next++
        }
        // The orders exist before anyone can ask for them; the rest happens while frames go out.
        while (next < given.rounds.length || (next < events.length && !given.live[next])) happen()
        engine.stream.onFrame = () => setImmediate(happen)
        engine.stream.plan(given.fates)
        const { client } = createTestClient({ baseUrl: engine.url, streamUrl: engine.streamUrl })

        const orders = given.rounds.map(async (_, order) => {
          const seqs: number[] = []
          for await (const event of client.orders.watch(orderIdOf(order))) seqs.push(event.seq)
          return seqs
        })
        const all = (async () => {
          const cursors: number[] = []
          for await (const event of client.orders.watchAll({ cursor: 0 })) {
            cursors.push(event.cursor)
            if (event.cursor === events.length) break
          }
          return cursors
        })()

        const wanted = given.rounds.map((count) => Array.from({ length: 2 + 3 * count }, (_, n) => n + 1))
        expect(await Promise.all(orders)).toEqual(wanted)
        expect(await all).toEqual(events.map((_, n) => n + 1))
      } finally {
        await engine.close()
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)
