import { AppError } from '@fillstream/core'
import { Prisma } from '../generated/client'
import { parseApiKey, type ParsedApiKey } from './api-key'
import { EPOCH_MS } from './rows'
import { arrayText, type StoreWriting } from './statements'
import type { ApiKey, ApiKeysRepository } from './store'

/** What a key may do unless said otherwise. */
const DEFAULT_SCOPES = ['trade'] as const
/** The first key of a database is its operator's. */
const BOOTSTRAP_SCOPES = ['trade', 'admin'] as const
/** Any number that is our own: serialises the callers of `bootstrap`. */
const BOOTSTRAP_LOCK = 72707370

function parsed(key: string): ParsedApiKey {
  const result = parseApiKey(key)
  if (!result)
    throw new AppError('VALIDATION_FAILED', 'An API key has 16 to 512 characters', {
      errors: [{ path: 'key', code: 'invalid_key', message: 'must have 16 to 512 characters' }],
    })
  return result
}

/** As the statement writes it: the hash in hex, times in epoch milliseconds. */
type KeyJson = Omit<ApiKey, 'secretHash' | 'createdAt' | 'revokedAt'> & {
  readonly secretHash: string
  readonly createdAt: number
  readonly revokedAt: number | null
}

function keyFromText(text: string): ApiKey {
  const { secretHash, createdAt, revokedAt, ...key } = JSON.parse(text) as KeyJson
  return {
    ...key,
    secretHash: Buffer.from(secretHash, 'hex'),
    createdAt: new Date(createdAt),
    revokedAt: revokedAt === null ? null : new Date(revokedAt),
  }
}

export function createApiKeysRepository({
  client,
  statements,
}: Pick<StoreWriting, 'client' | 'statements'>): ApiKeysRepository {
  return {
    create(key, { accountId, name, scopes = DEFAULT_SCOPES }) {
      const { keyId, secretHash } = parsed(key)
      const data = { keyId, secretHash: Buffer.from(secretHash), accountId, name, scopes: [...scopes] }
      return client.apiKey.create({ data })
    },

    find(keyId) {
      return client.apiKey.findUnique({ where: { keyId } })
    },

    async findMany(keyIds) {
      // Not by the model: who comes back with ten thousand others pays for each value that goes through it.
      const rows = await statements.rows<readonly [key: string]>(Prisma.sql`
SELECT json_build_object('keyId', key_id, 'accountId', account_id, 'secretHash', encode(secret_hash, 'hex'), 'name', name,
  'scopes', scopes, 'createdAt', ${EPOCH_MS('created_at')}, 'revokedAt', ${EPOCH_MS('revoked_at')})
FROM api_keys WHERE key_id = ANY(${arrayText(keyIds)}::text::text[])`)
      return new Map(rows.map(([text]) => keyFromText(text)).map((key) => [key.keyId, key]))
    },

    async revoke(keyId) {
      await client.$executeRaw(Prisma.sql`
UPDATE api_keys SET revoked_at = now() WHERE key_id = ${keyId} AND revoked_at IS NULL`)
    },

    bootstrap(key, account) {
      const { keyId, secretHash } = parsed(key)
      return client.$transaction(async (tx) => {
        // The lock comes in a statement of its own: the next one then sees what its earlier holder committed.
        await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(${BOOTSTRAP_LOCK}::bigint)`)
        const found = await tx.apiKey.findUnique({ where: { keyId } })
        if (found) return found
        if ((await tx.apiKey.findFirst({ select: { keyId: true } })) !== null) return null
        await tx.account.create({ data: account })
        return tx.apiKey.create({
          data: {
            keyId,
            secretHash: Buffer.from(secretHash),
            accountId: account.id,
            name: account.name,
            scopes: [...BOOTSTRAP_SCOPES],
          },
        })
      })
    },
  }
}
