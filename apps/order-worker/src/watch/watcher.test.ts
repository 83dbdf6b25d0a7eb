import { type Chain } from '../adapters/chain/chain'
import { type Engine } from '../engine'
import { startWatcher } from './watcher'

const GENESIS = 'genesis'
const attempt = (orderId: string) => ({
  orderId,
  attempt: 1,
  status: 'submitted',
  signature: orderId,
  signedTransaction: new Uint8Array([1]),
  lastValidBlockHeight: 100,
  genesisHash: GENESIS,
  reference: null,
})

test('an endpoint that takes nothing does not hold up what the chain has confirmed', async () => {
  const [silent, landed] = ['silent', 'landed']
  let sent = 0
  const release: (() => void)[] = []
  const chain: Pick<Chain, 'finalizedHeight' | 'statuses'> = {
    finalizedHeight: () => Promise.resolve({ height: 1, slot: 1 }),
    // It lands after both have been sent again.
    statuses: (signatures) =>
      Promise.resolve({
        slot: 2,
        statuses: signatures.map((signature) =>
          signature === landed && sent > 1
            ? { slot: 2, confirmation: 'confirmed' as const, error: null }
            : null,
        ),
      }),
  }
  let watcher: ReturnType<typeof startWatcher> | null = null
  const resolved = new Promise<string>((resolve) => {
    // Ports alone: what is asked of Postgres, of the chain, and of the venue.
    const ports = {
      clock: { monotonic: () => sent * 10_000, sleep: () => new Promise((wake) => setImmediate(wake)) },
      config: {
        ATTEMPT_LEASE_MS: 1e9,
        WATCH_INTERVAL_MS: 1,
        RESEND_INTERVAL_MS: 1,
        CONFIRM_COMMITMENT: 'confirmed',
      },
      events: { unresolved() {}, attemptSent() {}, sendFailed() {}, loopFailed() {} },
      checkpoint() {},
      genesisHash: GENESIS,
      owner: 'owner',
      chain,
      settlement: {
        submit: () => {
          sent += 1
          return new Promise<void>((taken) => release.push(taken))
        },
      },
      store: {
        attempts: {
          takeUnresolved: () => Promise.resolve([attempt(silent), attempt(landed)]),
          releaseLeases: () => Promise.resolve(),
        },
        orders: {
          get: (_account: null, orderId: string) => {
            resolve(orderId)
            return Promise.resolve(null)
          },
        },
      },
    }
    watcher = startWatcher(ports as unknown as Engine, () => undefined)
  })
  expect(await resolved).toBe(landed)
  const closed = (watcher as ReturnType<typeof startWatcher> | null)?.close()
  const releasing = setInterval(() => release.splice(0).forEach((taken) => taken()), 1)
  await closed
  clearInterval(releasing)
})
