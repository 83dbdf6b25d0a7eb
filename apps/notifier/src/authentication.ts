import { type IncomingMessage } from 'node:http'
import { type StreamTokens } from '@fillstream/messaging'
import { matchesSecret, parseApiKey } from '@fillstream/store'
import { type Reads } from './reads'

/** What a client showed with its handshake. */
export type Credential =
  | { readonly kind: 'none' }
  /** In a header or an `auth` message: an API key or a stream token. */
  | { readonly kind: 'secret'; readonly secret: string }
  /** In the address, where logs may see it: a short-lived stream token, never a key. */
  | { readonly kind: 'streamToken'; readonly token: string }
  | { readonly kind: 'malformed'; readonly reason: string }

/** Either lets a key read its account's orders. */
const READING_SCOPES = ['read', 'trade']
/** Stream tokens are base64url; a key of our own form never is. */
const TOKEN_FORM = /^[\w-]+$/
const BEARER = /^Bearer +([^\s]{1,4096})$/i

/** The credential of a handshake: the `Authorization` header, else `?token=`. */
export function credentialOf(request: Pick<IncomingMessage, 'headers'>, query: URLSearchParams): Credential {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const secret = BEARER.exec(authorization.trim())?.[1]
    return secret === undefined
      ? { kind: 'malformed', reason: 'Authorization must be: Bearer <api key>' }
      : { kind: 'secret', secret }
  }
  const token = query.get('token')
  return token === null ? { kind: 'none' } : { kind: 'streamToken', token }
}

/** Tells whose a credential is. */
export interface Authentication {
  /** The account, or null for a wrong credential. Rejects where that cannot be told because a dependency is away. */
  accountOf(credential: Exclude<Credential, { kind: 'none' }>): Promise<string | null>
  /** The account of those who show nothing; null outside demo mode. */
  demoAccount(): Promise<string | null>
}

export function createAuthentication(
  reads: Pick<Reads, 'apiKey' | 'firstAccount'>,
  tokens: Pick<StreamTokens, 'find'>,
  { demoMode }: { readonly demoMode: boolean },
): Authentication {
  // It never changes once it is there: a demo needs Postgres for it once.
  let firstAccount: string | null = null

  async function byApiKey(secret: string): Promise<string | null> {
    const presented = parseApiKey(secret)
    const key = presented && (await reads.apiKey(presented.keyId))
    if (!presented || !key || key.revokedAt !== null) return null
    if (!key.scopes.some((scope) => READING_SCOPES.includes(scope))) return null
    return matchesSecret(key.secretHash, presented) ? key.accountId : null
  }

  async function byStreamToken(token: string): Promise<string | null> {
    return TOKEN_FORM.test(token) ? ((await tokens.find(token))?.accountId ?? null) : null
  }

  return {
    async accountOf(credential) {
      switch (credential.kind) {
        case 'malformed':
          return null
        case 'streamToken':
          return byStreamToken(credential.token)
        case 'secret': {
          const [key, token] = await Promise.allSettled([
            byApiKey(credential.secret),
            byStreamToken(credential.secret),
          ])
          for (const answer of [key, token]) {
            if (answer.status === 'fulfilled' && answer.value !== null) return answer.value
          }
          if (key.status === 'rejected') throw key.reason
          if (token.status === 'rejected') throw token.reason
          return null
        }
      }
    },
    async demoAccount() {
      if (demoMode) firstAccount ??= await reads.firstAccount()
      return firstAccount
    },
  }
}
