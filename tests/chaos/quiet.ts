import { Client } from 'pg'
import { setTimeout as delay } from 'node:timers/promises'
import { type Follower } from './followers'

const WITHIN_MS = 420_000
const STEP_MS = 250

/** What still moves, or null: orders that have not ended, attempts that are not final, clients that have not heard all. */
async function stirring(client: Client, followers: readonly Follower[]): Promise<string | null> {
  const { rows } = await client.query<{ open: string; unfinal: string }>(
    `select (select count(*) from orders where ended_at is null) as open,
       (select count(*) from attempts where status = 'confirmed' and finalized_at is null) as unfinal`,
  )
  const { open = '0', unfinal = '0' } = rows[0] ?? {}
  if (open !== '0') return `${open} orders have not ended`
  if (unfinal !== '0') return `${unfinal} attempts are not final`
  const accounts = await client.query<{ id: string; seq: string }>(
    'select id, account_seq as seq from accounts',
  )
  const behind = followers.filter(
    ({ accountId, orderId, told, failure }) =>
      orderId === null &&
      failure() === null &&
      told.length < Number(accounts.rows.find(({ id }) => id === accountId)?.seq ?? 0),
  )
  return behind.length > 0 ? `${behind.length} clients are behind` : null
}

/** Waits until nothing moves any more; resolves with what still does when the patience is at its end. */
export async function untilQuiet(
  databaseUrl: string,
  followers: readonly Follower[],
  say: (text: string) => void,
): Promise<string | null> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const giveUpAt = performance.now() + WITHIN_MS
    for (let last = ''; ;) {
      const still = await stirring(client, followers)
      if (still === null) return null
      if (performance.now() > giveUpAt) return still
      if (still !== last) say(still)
      last = still
      await delay(STEP_MS)
    }
  } finally {
    await client.end()
  }
}
