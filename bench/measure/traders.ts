import { randomBytes, randomUUID } from 'node:crypto'
import { formatApiKey, parseApiKey, type ParsedApiKey } from '@fillstream/store'
import { Client } from 'pg'
import { WebSocket } from 'ws'

/** An account that places orders. */
export interface Trader {
  readonly accountId: string
  readonly apiKey: string
}

/** Accounts with a key each, in the database at `url`, whatever their number in two statements. */
export async function createTraders(url: string, count: number): Promise<Trader[]> {
  const traders = Array.from({ length: count }, () => ({
    accountId: randomUUID(),
    apiKey: formatApiKey(randomBytes(40)),
  }))
  const accounts = traders.map(({ accountId }) => accountId)
  const keys = traders.map(({ apiKey }) => parseApiKey(apiKey) as ParsedApiKey)
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      "INSERT INTO accounts (id, name) SELECT id, 'bench' FROM unnest($1::uuid[]) AS i(id)",
      [accounts],
    )
    await client.query(
      `INSERT INTO api_keys (key_id, secret_hash, account_id, name, scopes)
       SELECT key_id, secret_hash, account_id, 'bench', '{trade}' FROM unnest($1::text[], $2::bytea[], $3::uuid[]) AS i(key_id, secret_hash, account_id)`,
      [keys.map(({ keyId }) => keyId), keys.map(({ secretHash }) => Buffer.from(secretHash)), accounts],
    )
  } finally {
    await client.end()
  }
  return traders
}

/** A socket for each trader, on which all events of his orders come. */
export interface Followers {
  /** Messages that say that an order is confirmed, so far. */
  confirmed(): number
  /** Resolves when `count` such messages have come; rejects where a socket is closed before. */
  reach(count: number): Promise<void>
  close(): void
}

/** Opens the sockets and, where the service wants to be asked, subscribes to all orders of the account. */
export async function follow(
  traders: readonly Trader[],
  urlOf: (trader: Trader) => string,
  subscription: object | null,
): Promise<Followers> {
  let confirmed = 0
  let wanted = Infinity
  let reached: () => void = () => undefined
  let failed: (error: Error) => void = () => undefined
  let lost: Error | null = null
  const sockets = await Promise.all(
    traders.map(async (trader) => {
      const socket = new WebSocket(urlOf(trader), { headers: { authorization: `Bearer ${trader.apiKey}` } })
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        // The engine greets first, the yardsticks say nothing.
        socket.once(subscription ? 'message' : 'open', () => resolve())
      })
      if (subscription) {
        socket.send(JSON.stringify(subscription))
        await new Promise((resolve) => socket.once('message', resolve))
      }
      socket.on('close', (code) => {
        lost ??= new Error(`a follower's socket was closed with ${code}`)
        failed(lost)
      })
      socket.on('message', (data: Buffer) => {
        if (data.includes('"status":"confirmed"')) {
          confirmed += 1
          if (confirmed >= wanted) reached()
        }
      })
      return socket
    }),
  )
  return {
    confirmed: () => confirmed,
    reach: (count) =>
      new Promise((resolve, reject) => {
        wanted = count
        reached = resolve
        failed = reject
        if (confirmed >= count) resolve()
        else if (lost) reject(lost)
      }),
    close() {
      failed = () => undefined
      for (const socket of sockets) socket.terminate()
    },
  }
}
