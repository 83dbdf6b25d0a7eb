import { type Clock } from '@fillstream/runtime'
import { watchDependencies } from './dependencies'
import { type GatewayEvents } from './events'

/** A clock that stands still until it is told to go on. */
function handClock() {
  let now = 0
  let sleepers: { at: number; wake: () => void }[] = []
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((wake, reject) => {
        sleepers.push({ at: now + ms, wake })
        signal?.addEventListener('abort', () => reject(new Error('aborted')))
      }),
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    clock,
    /** Lets `ms` pass, each timer firing `lateMs` late. */
    async pass(ms: number, lateMs = 0) {
      const until = now + ms
      for (;;) {
        await settle()
        const next = sleepers.sort((a, b) => a.at - b.at)[0]
        if (!next || next.at > until) break
        sleepers = sleepers.slice(1)
        now = next.at + lateMs
        next.wake()
      }
      now = Math.max(now, until)
      await settle()
    },
  }
}

function rig(check: () => Promise<unknown>) {
  const told: string[] = []
  const events = {
    dependencyUp: (name: string) => void told.push(`${name} up`),
    dependencyDown: (name: string, reason: string) => void told.push(`${name} down: ${reason}`),
  } as GatewayEvents
  const hand = handClock()
  return { told, hand, dependencies: watchDependencies({ redis: check }, { clock: hand.clock, events }) }
}

test('a check that fails is believed at once, and one that passes again too', async () => {
  let away = false
  const { told, hand, dependencies } = rig(() =>
    away ? Promise.reject(new Error('gone')) : Promise.resolve(),
  )
  expect(dependencies.isUp('redis')).toBe(true)
  await hand.pass(0)
  away = true
  await hand.pass(500)
  expect(dependencies.isUp('redis')).toBe(false)
  expect(() => dependencies.assertUp('postgres', 'redis')).toThrow('redis is not available')
  expect(() => dependencies.assertUp('postgres')).not.toThrow()
  await hand.pass(5_000)
  away = false
  dependencies.recheck()
  await hand.pass(0)
  expect(dependencies.isUp('redis')).toBe(true)
  expect(told).toEqual(['redis up', 'redis down: gone', 'redis up'])
  await dependencies.stop()
})

test('silence is believed the second time', async () => {
  const { told, hand, dependencies } = rig(() => new Promise(() => undefined))
  await hand.pass(1_000)
  expect(dependencies.isUp('redis')).toBe(true)
  await hand.pass(1_500)
  expect(dependencies.isUp('redis')).toBe(false)
  expect(told).toEqual(['redis down: no answer within 1000 ms'])
})

test('silence that comes from the own delay says nothing of the other side', async () => {
  const { told, hand, dependencies } = rig(() => new Promise(() => undefined))
  await hand.pass(20_000, 400)
  expect(dependencies.isUp('redis')).toBe(true)
  expect(told).toEqual([])
})

test('who asks now is told what everybody then knows', async () => {
  let away = true
  const { hand, dependencies } = rig(() => (away ? Promise.reject(new Error('gone')) : Promise.resolve()))
  await expect(dependencies.check('redis')).rejects.toThrow('gone')
  expect(dependencies.isUp('redis')).toBe(false)
  away = false
  await dependencies.check('redis')
  expect(dependencies.isUp('redis')).toBe(true)
  await hand.pass(0)
  await dependencies.stop()
})

test('a look that began earlier and fails later does not take back what a newer one found', async () => {
  const answers: ((error?: Error) => void)[] = []
  const { hand, dependencies } = rig(
    () =>
      new Promise<void>((resolve, reject) => {
        answers.push((error) => (error ? reject(error) : resolve()))
      }),
  )
  await hand.pass(0)
  const newer = dependencies.check('redis')
  answers[1]?.()
  await newer
  answers[0]?.(new Error('gone'))
  await hand.pass(0)
  expect(dependencies.isUp('redis')).toBe(true)
})
