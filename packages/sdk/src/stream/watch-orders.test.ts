import { WebSocket } from 'ws'
import { createClient as createBrowserClient } from '../browser'
import type { StreamEvent } from '../model/event'
import { createTestClient } from '../testing/client'
import { orderIdOf, WAY, wireOrder } from '../testing/orders'
import { problem, startStandIn, type StandIn } from '../testing/stand-in'

const ORDER_ID = orderIdOf(1)

let engine: StandIn
beforeEach(async () => {
  engine = await startStandIn()
})
afterEach(() => engine.close())

function connect(options: object = {}) {
  return createTestClient({ baseUrl: engine.url, streamUrl: engine.streamUrl, apiKey: 'k1', ...options })
}

async function read(events: AsyncIterable<StreamEvent>): Promise<number[]> {
  const seqs: number[] = []
  for await (const event of events) seqs.push(event.seq)
  return seqs
}

function confirm(orderId: string): void {
  for (const status of WAY) engine.log.append(orderId, status)
}

describe('one order', () => {
  test('its events come typed, with bigint amounts, and end with the terminal one', async () => {
    confirm(ORDER_ID)
    const events: StreamEvent[] = []
    for await (const event of connect().client.orders.watch(ORDER_ID)) events.push(event)
    expect(events.map(({ status }) => status)).toEqual(WAY)
    expect(events[4]).toMatchObject({
      orderId: ORDER_ID,
      seq: 5,
      cursor: 5,
      phase: null,
      data: { inputUsed: 1_500_000_000n, outputAmount: 226_412_345n, executedPrice: '150.941563' },
    })
    expect(events[4]?.data).not.toHaveProperty('status')
    expect(engine.stream.handshakes).toEqual([{ url: '/v1/stream', authorization: 'Bearer k1' }])
  })

  test('events that happen after the subscribe come live', async () => {
    engine.log.append(ORDER_ID, 'pending')
    const watch = connect().client.orders.watch(ORDER_ID)
    expect((await watch.next()).value?.status).toBe('pending')
    for (const status of WAY.slice(1)) {
      engine.log.append(ORDER_ID, status)
      expect((await watch.next()).value?.status).toBe(status)
    }
    expect(await watch.next()).toEqual({ done: true, value: undefined })
  })

  test('afterSeq leaves out what came before', async () => {
    confirm(ORDER_ID)
    expect(await read(connect().client.orders.watch(ORDER_ID, { afterSeq: 3 }))).toEqual([4, 5])
  })

  test('a finished order of which all is seen ends at once', async () => {
    confirm(ORDER_ID)
    expect(await read(connect().client.orders.watch(ORDER_ID, { afterSeq: 5 }))).toEqual([])
  })

  test('an order that is not there is refused, others on the socket go on', async () => {
    engine.log.append(ORDER_ID, 'pending')
    const { client } = connect()
    const good = client.orders.watch(ORDER_ID)
    await good.next()
    await expect(read(client.orders.watch(orderIdOf(9)))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    engine.log.append(ORDER_ID, 'failed')
    expect((await good.next()).value?.status).toBe('failed')
    expect(engine.stream.handshakes).toHaveLength(1)
  })

  test('what can be refused for a while is asked for again', async () => {
    confirm(ORDER_ID)
    engine.stream.refuseNext(Array(3).fill({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true }))
    const { client, waits } = connect()
    expect(await read(client.orders.watch(ORDER_ID))).toEqual([1, 2, 3, 4, 5])
    expect(waits).toEqual([187, 375, 750])
    expect(engine.stream.handshakes).toHaveLength(1)
  })
})

describe('connections', () => {
  test('a hole is mended by asking again, and never shown', async () => {
    confirm(ORDER_ID)
    engine.stream.plan([{ omit: [3], framesBeforeEnd: 12 }])
    expect(await read(connect().client.orders.watch(ORDER_ID))).toEqual([1, 2, 3, 4, 5])
  })

  test('a server that always leaves out an event is given up', async () => {
    confirm(ORDER_ID)
    engine.stream.plan([{ omit: [3] }])
    const watch = connect().client.orders.watch(ORDER_ID)
    await expect(read(watch)).rejects.toMatchObject({ code: 'PROTOCOL_ERROR' })
  })

  test.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
  ])('a handshake answered with %p is final', async (refuse, code) => {
    engine.stream.plan([{ refuse }])
    await expect(read(connect().client.orders.watch(ORDER_ID))).rejects.toMatchObject({ code })
    expect(engine.stream.handshakes).toHaveLength(1)
  })

  test.each([
    [4401, 'UNAUTHENTICATED'],
    [4400, 'PROTOCOL_ERROR'],
  ])('close code %p is final', async (end, code) => {
    engine.stream.plan([{ framesBeforeEnd: 1, end }])
    await expect(read(connect().client.orders.watch(ORDER_ID))).rejects.toMatchObject({ code })
    expect(engine.stream.handshakes).toHaveLength(1)
  })

  test('back-off grows and is bounded; then the stream is UNREACHABLE', async () => {
    engine.stream.plan(Array(9).fill({ refuse: 503 }))
    const { client, waits } = connect({ maxReconnects: 8 })
    await expect(read(client.orders.watch(ORDER_ID))).rejects.toMatchObject({
      code: 'UNREACHABLE',
      retryable: true,
    })
    expect(waits).toEqual([187, 375, 750, 1_500, 3_000, 6_000, 7_500, 7_500])
  })

  test('a connection that brought something new counts afresh', async () => {
    confirm(ORDER_ID)
    // Each brings one event more: greeting, subscribed, event.
    engine.stream.plan(Array(4).fill({ framesBeforeEnd: 3, end: 1001 }))
    const { client, waits } = connect({ maxReconnects: 1 })
    expect(await read(client.orders.watch(ORDER_ID))).toEqual([1, 2, 3, 4, 5])
    expect(waits).toEqual([187, 187, 187, 187])
  })

  test('a server that falls silent is left for another', async () => {
    confirm(ORDER_ID)
    engine.stream.plan([{ mute: true, heartbeatMs: 5 }])
    expect(await read(connect().client.orders.watch(ORDER_ID))).toEqual([1, 2, 3, 4, 5])
    expect(engine.stream.handshakes).toHaveLength(2)
    await until(() => engine.stream.messages.some(({ type }) => type === 'ping'))
  })

  test('many orders share a socket, and the last one closes it', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => orderIdOf(n))
    for (const id of ids) engine.log.append(id, 'pending')
    const { client } = connect()
    const watches = ids.map((id) => client.orders.watch(id))
    await Promise.all(watches.map((watch) => watch.next()))
    expect(engine.stream.openSockets).toBe(2)
    for (const id of ids) for (const status of WAY.slice(1)) engine.log.append(id, status)
    expect(await Promise.all(watches.map(read))).toEqual(ids.map(() => [2, 3, 4, 5]))
    await closed(engine)
  })

  test('two watches of one order have places of their own', async () => {
    confirm(ORDER_ID)
    const { client } = connect()
    const both = [client.orders.watch(ORDER_ID), client.orders.watch(ORDER_ID, { afterSeq: 4 })]
    expect(await Promise.all(both.map(read))).toEqual([[1, 2, 3, 4, 5], [5]])
  })

  test('a break leaves the channel, and closes the socket', async () => {
    engine.log.append(ORDER_ID, 'pending')
    const other = orderIdOf(2)
    engine.log.append(other, 'pending')
    const { client } = connect()
    const stays = client.orders.watch(other)
    await stays.next()
    for await (const _event of client.orders.watch(ORDER_ID)) break
    const unsubscribes = () => engine.stream.messages.filter(({ type }) => type === 'unsubscribe')
    await until(() => unsubscribes().length > 0)
    expect(unsubscribes()).toMatchObject([{ id: ORDER_ID }])
    engine.log.append(other, 'failed')
    expect(await read(stays)).toEqual([2])
    await closed(engine)
  })

  test('an abort throws its reason, before and while waiting', async () => {
    engine.log.append(ORDER_ID, 'pending')
    const { client } = connect()
    const abort = new AbortController()
    const reason = new Error('enough')
    const watch = client.orders.watch(ORDER_ID, { signal: abort.signal })
    await watch.next()
    const pending = watch.next()
    abort.abort(reason)
    await expect(pending).rejects.toBe(reason)
    expect(await watch.next()).toEqual({ done: true, value: undefined })
    await expect(read(client.orders.watch(ORDER_ID, { signal: abort.signal }))).rejects.toBe(reason)
    await closed(engine)
  })
})

describe('all orders', () => {
  test('from a cursor, then live', async () => {
    confirm(orderIdOf(1))
    confirm(orderIdOf(2))
    const { client } = connect()
    const cursors: number[] = []
    for await (const { cursor } of client.orders.watchAll({ cursor: 7 })) {
      if (cursors.push(cursor) === 3) engine.log.append(orderIdOf(3), 'pending')
      if (cursors.length === 4) break
    }
    expect(cursors).toEqual([8, 9, 10, 11])
    await closed(engine)
  })

  test('without a cursor from now on, also after a drop before the first event', async () => {
    confirm(orderIdOf(1))
    engine.stream.plan([{ framesBeforeEnd: 3, end: 'cut' }])
    const { client } = connect()
    const watch = client.orders.watchAll()
    const first = watch.next()
    // The greeting, the snapshot and the end of the replay went out, then the cut: what follows is missed, and replayed.
    await new Promise<void>((resolve) => {
      let frames = 0
      engine.stream.onFrame = () => {
        if (++frames === 3) engine.log.append(orderIdOf(2), 'pending')
        if (frames === 5) resolve()
      }
    })
    expect((await first).value).toMatchObject({ orderId: orderIdOf(2), cursor: 6 })
    await watch.return?.()
  })

  test('a reader that is slower than the stream loses nothing, and holds a bounded number', async () => {
    const { client } = connect()
    const watch = client.orders.watchAll({ cursor: 0 })
    for (let n = 0; n < 5_000; n++) engine.log.append(orderIdOf(n), 'pending')
    await watch.next()
    await until(() => engine.stream.messages.some(({ type }) => type === 'unsubscribe'))
    const cursors = [1]
    for await (const { cursor } of watch) {
      cursors.push(cursor)
      if (cursor === 5_000) break
    }
    expect(cursors).toEqual(Array.from({ length: 5_000 }, (_, n) => n + 1))
    await closed(engine)
  })
})

describe('where the stream is', () => {
  test('an order says so', async () => {
    confirm(ORDER_ID)
    const links = { ...wireOrder(ORDER_ID).links, stream: `${engine.streamUrl}?orderId=${ORDER_ID}` }
    engine.on(`GET /v1/orders/${ORDER_ID}`, () => ({ status: 200, body: wireOrder(ORDER_ID, { links }) }))
    const { client } = connect({ streamUrl: undefined })
    await client.orders.get(ORDER_ID)
    expect(await read(client.orders.watch(ORDER_ID))).toHaveLength(5)
    expect(engine.seen).toHaveLength(1)
  })

  test('else the engine is asked', async () => {
    confirm(ORDER_ID)
    offerTokens()
    const { client } = connect({ streamUrl: undefined })
    expect(await read(client.orders.watch(ORDER_ID))).toHaveLength(5)
    expect(engine.stream.handshakes).toEqual([{ url: '/v1/stream', authorization: 'Bearer k1' }])
  })

  test('an engine that is gone ends a watch in bounded time', async () => {
    engine.on('POST /v1/stream-tokens', () => 'cut')
    const { client } = connect({ streamUrl: undefined, maxReconnects: 2, maxRetries: 0 })
    await expect(read(client.orders.watch(ORDER_ID))).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(engine.seen).toHaveLength(3)
  })

  test('a refused token ends it at once', async () => {
    engine.on('POST /v1/stream-tokens', () => ({ status: 401, body: problem('UNAUTHENTICATED', 401) }))
    const { client } = connect({ streamUrl: undefined })
    await expect(read(client.orders.watch(ORDER_ID))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
    })
    expect(engine.seen).toHaveLength(1)
  })
})

describe('in a browser', () => {
  test('every connection gets a token of its own, and no header', async () => {
    confirm(ORDER_ID)
    offerTokens()
    engine.stream.plan([{ framesBeforeEnd: 4, end: 'cut' }])
    const client = createBrowserClient({ baseUrl: engine.url, apiKey: 'k1', WebSocket })
    expect(await read(client.orders.watch(ORDER_ID))).toEqual([1, 2, 3, 4, 5])
    expect(engine.stream.handshakes).toEqual([
      { url: '/v1/stream?token=token-1', authorization: undefined },
      { url: '/v1/stream?token=token-2', authorization: undefined },
    ])
  })

  test('a token that ran out on its way is replaced once', async () => {
    confirm(ORDER_ID)
    offerTokens()
    engine.stream.plan([{ framesBeforeEnd: 1, end: 4401 }])
    const { client } = connect({ WebSocket })
    expect(await read(client.orders.watch(ORDER_ID))).toHaveLength(5)
    engine.stream.plan(Array(2).fill({ framesBeforeEnd: 1, end: 4401 }))
    await expect(read(client.orders.watch(ORDER_ID))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('without any WebSocket it says what to do', async () => {
    offerTokens()
    const client = createBrowserClient({ baseUrl: engine.url })
    await expect(read(client.orders.watch(ORDER_ID))).rejects.toThrow('give createClient one as `WebSocket`')
  })
})

function offerTokens(): void {
  let issued = 0
  engine.on('POST /v1/stream-tokens', () => ({
    status: 200,
    body: {
      token: `token-${++issued}`,
      expiresAt: '2026-01-02T03:05:05.000Z',
      url: engine.streamUrl.replace('/v1/stream', ''),
    },
  }))
}

/** Resolves when no client is connected any more. */
function closed({ stream }: StandIn): Promise<void> {
  return until(() => stream.openSockets === 0)
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
