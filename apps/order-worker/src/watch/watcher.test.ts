import { type Order } from '@fillstream/core'
import { type Chain } from '../adapters/chain/chain'
import { type Engine } from '../engine'
import { startWatcher } from './watcher'

const GENESIS = 'genesis'
const attempt = (orderId: string) => ({
  orderId,
  attempt: 1,
  status: 'submitted',
  signature: orderId,
  signedTransaction: new Uint8Array([orderId.length]),
  lastValidBlockHeight: 100,
  genesisHash: GENESIS,
  reference: null,
})

/** A promise that is resolved from outside. */
function later<Value>(): { readonly promise: Promise<Value>; resolve(value: Value): void } {
  let resolve: (value: Value) => void = () => undefined
  const promise = new Promise<Value>((done) => (resolve = done))
  return { promise, resolve: (value) => resolve(value) }
}

/** What is asked of Postgres, of the chain, and of the venue; the loop's clock goes by what is sent. */
function engineOf(over: {
  readonly chain: Pick<Chain, 'statuses'> & Partial<Pick<Chain, 'finalizedHeight'>>
  readonly clock: Pick<Engine['clock'], 'monotonic' | 'sleep'>
  readonly attempts: readonly string[]
  submit(bytes: Uint8Array): Promise<void>
  /** An order is read when its attempt is resolved. */
  resolving(orderId: string): unknown
}): Engine {
  const ports = {
    clock: over.clock,
    config: {
      ATTEMPT_LEASE_MS: 1e9,
      WATCH_INTERVAL_MS: 1,
      RESEND_INTERVAL_MS: 1,
      CONFIRM_COMMITMENT: 'confirmed',
    },
    events: { unresolved() {}, attemptSent() {}, attemptSentAgain() {}, sendFailed() {}, loopFailed() {} },
    checkpoint() {},
    genesisHash: GENESIS,
    owner: 'owner',
    chain: { finalizedHeight: () => Promise.resolve({ height: 1, slot: 1 }), ...over.chain },
    settlement: { submit: over.submit },
    store: {
      attempts: {
        takeUnresolved: () => Promise.resolve(over.attempts.map(attempt)),
        releaseLeases: () => Promise.resolve(),
      },
      orders: {
        get: async (_account: null, orderId: string) => {
          await over.resolving(orderId)
          return null
        },
      },
    },
  }
  return ports as unknown as Engine
}

const LANDED = { slot: 2, confirmation: 'confirmed' as const, error: null }

test('an endpoint that takes nothing does not hold up what the chain has confirmed', async () => {
  let sent = 0
  const release: (() => void)[] = []
  const resolved = later<string>()
  const watcher = startWatcher(
    engineOf({
      clock: { monotonic: () => sent * 10_000, sleep: () => new Promise((wake) => setImmediate(wake)) },
      attempts: ['silent', 'landed'],
      chain: {
        // It lands after both have been sent again.
        statuses: (signatures) =>
          Promise.resolve({
            slot: 2,
            statuses: signatures.map((signature) => (signature === 'landed' && sent > 1 ? LANDED : null)),
          }),
      },
      submit() {
        sent += 1
        return new Promise((taken) => release.push(taken))
      },
      resolving: resolved.resolve,
    }),
    () => undefined,
  )
  expect(await resolved.promise).toBe('landed')
  const releasing = setInterval(() => release.splice(0).forEach((taken) => taken()), 1)
  await watcher.close()
  clearInterval(releasing)
})

test('a slot that comes is looked at without waiting for the interval', async () => {
  let slot = 1
  const asleep = later<void>()
  const resolved = later<string>()
  const watcher = startWatcher(
    engineOf({
      clock: {
        monotonic: () => 0,
        // An interval that never ends by itself.
        sleep: (_ms, signal) =>
          new Promise((_wake, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason as Error))
            asleep.resolve()
          }),
      },
      attempts: ['one'],
      chain: { statuses: () => Promise.resolve({ slot, statuses: [slot > 1 ? LANDED : null] }) },
      submit: () => Promise.resolve(),
      resolving: resolved.resolve,
    }),
    () => undefined,
  )
  await asleep.promise
  slot = 2
  watcher.slotSeen()
  expect(await resolved.promise).toBe('one')
  await watcher.close()
})

test('no look-up waits for the finalized height, and what was told before a look-up counts for it', async () => {
  const told = later<{ height: number; slot: number }>()
  const resolved: string[] = []
  const [landed, expired] = [later<void>(), later<void>()]
  const watcher = startWatcher(
    engineOf({
      clock: { monotonic: () => 0, sleep: () => new Promise((wake) => setImmediate(wake)) },
      attempts: ['landed', 'expired'],
      chain: {
        finalizedHeight: () => told.promise,
        statuses: (signatures) =>
          Promise.resolve({
            slot: 200,
            statuses: signatures.map((signature) => (signature === 'landed' ? LANDED : null)),
          }),
      },
      submit: () => Promise.resolve(),
      resolving(orderId) {
        resolved.push(orderId)
        if (orderId === 'landed') landed.resolve()
        else expired.resolve()
      },
    }),
    () => undefined,
  )
  await landed.promise
  told.resolve({ height: 101, slot: 150 })
  await expired.promise
  expect(resolved).toEqual(['landed', 'expired'])
  await watcher.close()
})

test('an outcome that is slow to be written holds up none that comes later', async () => {
  let slot = 1
  const release = later<void>()
  const resolved: string[] = []
  const both = later<void>()
  const watcher = startWatcher(
    engineOf({
      clock: { monotonic: () => 0, sleep: () => new Promise((wake) => setImmediate(wake)) },
      attempts: ['slow', 'later'],
      chain: {
        statuses: (signatures) =>
          Promise.resolve({
            slot,
            statuses: signatures.map((signature) => (signature === 'slow' || slot > 1 ? LANDED : null)),
          }),
      },
      submit: () => Promise.resolve(),
      async resolving(orderId) {
        resolved.push(orderId)
        slot = 2
        if (orderId === 'slow') return release.promise
        both.resolve()
      },
    }),
    () => undefined,
  )
  await both.promise
  expect(resolved).toEqual(['slow', 'later'])
  release.resolve()
  await watcher.close()
})

/** Watches attempts that the chain never shows, until the loop has slept so many times; each time a clock that stands otherwise goes on by 1 ms. */
async function watchUnseen(
  turns: number,
  attempts: readonly string[],
  {
    looked,
    submit,
  }: { looked?(signatures: readonly string[]): void; submit?(bytes: Uint8Array): Promise<void> },
): Promise<void> {
  let slept = 0
  const enough = later<void>()
  const watcher = startWatcher(
    engineOf({
      clock: {
        monotonic: () => slept,
        sleep: () => {
          if ((slept += 1) === turns) enough.resolve()
          return new Promise((wake) => setImmediate(wake))
        },
      },
      attempts,
      chain: {
        statuses(signatures) {
          looked?.(signatures)
          return Promise.resolve({ slot: 1, statuses: signatures.map(() => null) })
        },
      },
      submit: submit ?? (() => Promise.resolve()),
      resolving: () => undefined,
    }),
    () => undefined,
  )
  await enough.promise
  await watcher.close()
}

test('what the endpoint has taken is sent again a third as often as what it has refused', async () => {
  const sent: string[] = []
  // RESEND_INTERVAL_MS is 1.
  await watchUnseen(13, ['taken', 'refused'], {
    submit(bytes) {
      const name = bytes[0] === 'taken'.length ? 'taken' : 'refused'
      sent.push(name)
      return name === 'taken' ? Promise.resolve() : Promise.reject(new Error('refused'))
    },
  })
  const times = (name: string) => sent.filter((one) => one === name).length
  expect([times('taken'), times('refused')]).toEqual([5, 13])
})

test('many are not looked at between two slots as often as few', async () => {
  const looks = { few: 0, many: 0 }
  for (const [name, count] of [
    ['few', 1],
    ['many', 300],
  ] as const) {
    const attempts = Array.from({ length: count }, (_, i) => `${i}`)
    // WATCH_INTERVAL_MS is 1.
    await watchUnseen(10, attempts, {
      looked(signatures) {
        if (signatures.includes('0')) looks[name] += 1
      },
    })
  }
  expect(looks).toEqual({ few: 10, many: 5 })
})

test('an attempt that was found in Postgres before it was handed over is resolved with what its sender knows', async () => {
  let landed = false
  const looked = later<void>()
  const read = later<string | null>()
  const engine = engineOf({
    clock: { monotonic: () => 0, sleep: () => new Promise((wake) => setImmediate(wake)) },
    attempts: ['bought'],
    chain: {
      statuses() {
        looked.resolve()
        return Promise.resolve({ slot: 2, statuses: [landed ? LANDED : null] })
      },
    },
    submit: () => Promise.resolve(),
    resolving: () => undefined,
  })
  const settlement = {
    ...engine.settlement,
    readSettlement(_signature: string, reference: string | null) {
      read.resolve(reference)
      return Promise.resolve(null)
    },
  }
  const watcher = startWatcher({ ...engine, settlement }, () => undefined)
  await looked.promise
  const order = { id: 'bought', status: 'submitted', attempts: [{}] } as unknown as Order
  await watcher.send({ ...attempt('bought'), reference: 'the sender’s own' }, order)
  landed = true
  const reference = await read.promise
  await watcher.close()
  expect(reference).toBe('the sender’s own')
})
