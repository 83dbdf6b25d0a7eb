import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Clock } from '@fillstream/runtime'
import { startSlotFeed, type SlotFeed } from './slot-feed'

/** Time that goes a hundred times as fast. */
const fast: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now() * 100,
  sleep: (ms, signal) => delay(ms / 100, undefined, signal ? { signal } : {}),
}

let slot = 10
const feeds: SlotFeed[] = []
afterEach(() => Promise.all(feeds.splice(0).map((feed) => feed.stop())))

function follow(wsUrl: string, onSlot?: () => void): SlotFeed {
  const asked = { slot: () => Promise.resolve((slot += 1)) }
  const feed = startSlotFeed(wsUrl, asked, fast, () => undefined, onSlot)
  feeds.push(feed)
  return feed
}

it('asks for the slots where there is nobody to subscribe to', async () => {
  const feed = follow('ws://127.0.0.1:9')
  await feed.reach(slot + 3, AbortSignal.timeout(10_000))
  expect(feed.current()).toBeGreaterThanOrEqual(13)
  await expect(feed.reach(5, AbortSignal.timeout(10_000))).resolves.toBeGreaterThan(0)
})

it('asks for the slots where the connection never answers', async () => {
  const silent = createServer()
  silent.on('upgrade', () => undefined)
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening))
  const feed = follow(`ws://127.0.0.1:${(silent.address() as AddressInfo).port}`)
  await feed.reach(slot + 8, AbortSignal.timeout(10_000))
  silent.closeAllConnections()
  silent.close()
})

it('says that a slot has come, before who waits for it goes on', async () => {
  let told = 0
  const feed = follow('ws://127.0.0.1:9', () => (told += 1))
  await feed.reach(slot + 2, AbortSignal.timeout(10_000))
  expect(told).toBeGreaterThanOrEqual(2)
})

it('ends the wait by its signal', async () => {
  const feed = follow('ws://127.0.0.1:9')
  const ending = new AbortController()
  const waiting = feed.reach(1_000_000, ending.signal)
  ending.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(feed.reach(1_000_000, ending.signal)).rejects.toThrow('enough')
})
