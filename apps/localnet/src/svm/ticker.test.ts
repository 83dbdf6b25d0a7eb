import { type Clock } from '@fillstream/runtime'
import { startTicker } from './ticker'

/** A clock that goes on only by sleeping, and by what ticks take. */
function slowClock(): Clock & { at: number } {
  return {
    at: 0,
    now() {
      return this.at
    },
    monotonic() {
      return this.at
    },
    async sleep(ms, signal) {
      this.at += ms
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
  }
}

async function ticks(count: number, takes: (tick: number) => number): Promise<number[]> {
  const clock = slowClock()
  const times: number[] = []
  let enough = () => undefined as void
  const done = new Promise<void>((resolve) => (enough = resolve))
  const tick = () => {
    times.push(clock.at)
    clock.at += takes(times.length)
    if (times.length >= count) enough()
  }
  const ticker = startTicker(clock, 100, tick, () => undefined)
  await done
  await ticker.stop()
  return times.slice(0, count)
}

it('keeps its pace whatever a tick takes', async () => {
  expect(await ticks(5, () => 30)).toEqual([100, 200, 300, 400, 500])
})

it('makes up for a late tick', async () => {
  expect(await ticks(5, (tick) => (tick === 1 ? 250 : 0))).toEqual([100, 350, 350, 400, 500])
})

it('does not make up for a long sleep of the machine', async () => {
  const times = await ticks(20, (tick) => (tick === 1 ? 1_000_000 : 0))
  expect(times.filter((time) => time === 1_000_100).length).toBeLessThanOrEqual(12)
})

it('ends with what a tick throws', async () => {
  const clock = slowClock()
  const failure = new Error('broken')
  const seen = await new Promise((resolve) => {
    const fail = () => {
      throw failure
    }
    void startTicker(clock, 10, fail, resolve)
  })
  expect(seen).toBe(failure)
})
