import { randomBytes } from 'node:crypto'
import { type Clock } from '@fillstream/runtime'
import { formatApiKey, parseApiKey, type ApiKeysRepository } from '@fillstream/store'
import { createAuthenticate } from './authenticate'

const key = formatApiKey(randomBytes(40))
const header = `Bearer ${key}`
const { keyId, secretHash } = parseApiKey(key) ?? { keyId: '', secretHash: new Uint8Array() }
const caller = { accountId: 'an account', keyId, scopes: ['trade'] }

/** A table of this one key, which counts its readers. */
function setUp() {
  let now = 0
  let reads = 0
  let revokedAt: Date | null = null
  const find: ApiKeysRepository['find'] = () => {
    reads += 1
    const row = { ...caller, secretHash, revokedAt, name: 'test', createdAt: new Date(0) }
    return Promise.resolve(row as Awaited<ReturnType<ApiKeysRepository['find']>>)
  }
  const authenticate = createAuthenticate({
    apiKeys: { find },
    demoAccount: null,
    dependencies: { isUp: () => true, assertUp: () => undefined },
    clock: { monotonic: () => now } as Clock,
  })
  return {
    authenticate,
    reads: () => reads,
    revoke: () => (revokedAt = new Date(0)),
    pass: (ms: number) => (now += ms),
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  }
}

test('requests of one moment share the look at a key that nobody knows yet', async () => {
  const { authenticate, reads } = setUp()
  expect(await Promise.all([authenticate(header), authenticate(header)])).toEqual([caller, caller])
  expect(reads()).toBe(1)
})

test('a key in use is looked up again beside its requests', async () => {
  const { authenticate, reads, pass, settle } = setUp()
  await authenticate(header)
  for (let seconds = 1; seconds <= 10; seconds += 1) {
    pass(1_000)
    expect(authenticate(header)).toEqual(caller)
    await settle()
  }
  expect(reads()).toBe(6)
})

test('a revoked key is refused at once when that is seen, and never believed for more than 3 s', async () => {
  const { authenticate, revoke, pass, settle } = setUp()
  await authenticate(header)
  revoke()
  pass(1_600)
  expect(authenticate(header)).toEqual(caller)
  await settle()
  await expect(authenticate(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })

  const idle = setUp()
  await idle.authenticate(header)
  idle.revoke()
  idle.pass(3_001)
  await expect(idle.authenticate(header)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
})
