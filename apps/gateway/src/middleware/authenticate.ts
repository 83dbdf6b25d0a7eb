import { AppError } from '@fillstream/core'
import { type Clock } from '@fillstream/runtime'
import { matchesSecret, parseApiKey, type ApiKeysRepository, type ParsedApiKey } from '@fillstream/store'
import { type Dependencies } from '../dependencies'
import { createExpiringCache } from '../expiring-cache'
import { type Caller } from '../http/call'

/**
 * Tells who a request comes from, by its `Authorization` header; at once where the caller was known a moment ago. Throws or rejects with
 * UNAUTHENTICATED, never guesses.
 */
export type Authenticate = (authorization: string | undefined) => Caller | Promise<Caller>

export interface AuthenticateDeps {
  readonly apiKeys: Pick<ApiKeysRepository, 'find'>
  /** The account of requests without a credential; null where they are refused. */
  readonly demoAccount: (() => Promise<string | null>) | null
  readonly dependencies: Pick<Dependencies, 'isUp' | 'assertUp'>
  readonly clock: Clock
}

/** A revoked key is refused after this long at most, while Postgres answers. */
const FRESH_MS = 3_000
/** A key in use is looked up again after this long, beside its requests: none of them waits for it. */
const RENEW_MS = 1_500
/** While Postgres is away, a key that was good this long ago still reads what needs no Postgres. */
const STALE_MS = 120_000
const MAX_KEYS = 10_000
/** Never `admin`: an operator shows a key. */
const DEMO_SCOPES = ['trade']

export function createAuthenticate(deps: AuthenticateDeps): Authenticate {
  const { apiKeys, demoAccount, dependencies, clock } = deps
  const verified = createExpiringCache<Caller>(clock, { maxEntries: MAX_KEYS, maxAgeMs: STALE_MS })
  const verifying = new Map<string, Promise<Caller>>()

  async function look(parsed: ParsedApiKey): Promise<Caller | null> {
    dependencies.assertUp('postgres')
    const key = await apiKeys.find(parsed.keyId)
    if (!key || key.revokedAt !== null || !matchesSecret(key.secretHash, parsed)) return null
    return { accountId: key.accountId, keyId: key.keyId, scopes: key.scopes }
  }

  function withKey(parsed: ParsedApiKey): Caller | Promise<Caller> {
    const { buffer, byteOffset, byteLength } = parsed.secretHash
    const id = Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
    const known = verified.get(id)
    if (!known || (known.ageMs > FRESH_MS && dependencies.isUp('postgres'))) return verifyOnce(id, parsed)
    if (known.ageMs > RENEW_MS && dependencies.isUp('postgres')) verifyOnce(id, parsed).catch(() => undefined)
    return known.value
  }

  function verifyOnce(id: string, parsed: ParsedApiKey): Promise<Caller> {
    const running = verifying.get(id) ?? verify(id, parsed).finally(() => verifying.delete(id))
    verifying.set(id, running)
    return running
  }

  async function verify(id: string, parsed: ParsedApiKey): Promise<Caller> {
    const caller = await look(parsed)
    if (!caller) {
      verified.delete(id)
      throw new AppError('UNAUTHENTICATED', 'the API key is not valid')
    }
    verified.set(id, caller)
    return caller
  }

  async function withoutKey(): Promise<Caller> {
    const accountId = demoAccount ? await demoAccount() : null
    if (accountId !== null) return { accountId, keyId: null, scopes: DEMO_SCOPES }
    throw new AppError('UNAUTHENTICATED', 'send an API key: Authorization: Bearer <key>')
  }

  return (authorization) => {
    if (authorization === undefined) return withoutKey()
    const [, key] = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization) ?? []
    if (key === undefined)
      throw new AppError('UNAUTHENTICATED', 'the Authorization header must be: Bearer <key>')
    const parsed = parseApiKey(key)
    if (!parsed) throw new AppError('UNAUTHENTICATED', 'the API key is not valid')
    return withKey(parsed)
  }
}

/** Throws FORBIDDEN where the caller's key lacks the scope. Who may trade may read; an operator's scope is apart from both. */
export function assertScope(caller: Caller, scope: 'trade' | 'read' | 'admin'): void {
  const { scopes } = caller
  if (!scopes.includes(scope) && !(scope === 'read' && scopes.includes('trade')))
    throw new AppError('FORBIDDEN', `this key lacks the scope "${scope}"`)
}
