import { type Pool } from 'pg'

/** Rows of the skeleton: an order and its events, nothing else. */
export const SKELETON_TABLES = `
CREATE TABLE IF NOT EXISTS skeleton_orders (
  id uuid PRIMARY KEY, account_id uuid NOT NULL, status text NOT NULL, last_seq int NOT NULL, body jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz);
CREATE TABLE IF NOT EXISTS skeleton_events (
  order_id uuid NOT NULL, seq int NOT NULL, account_id uuid NOT NULL, status text NOT NULL, at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (order_id, seq));`

export interface NewRow {
  readonly orderId: string
  readonly accountId: string
  readonly body: string
}

export interface Step {
  readonly orderId: string
  readonly accountId: string
  readonly seq: number
  readonly status: string
}

const INSERT = `
WITH input AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[]) AS i(id, account_id, body)),
created AS (
  INSERT INTO skeleton_orders (id, account_id, status, last_seq, body) SELECT id, account_id, 'pending', 1, body FROM input
  RETURNING id, account_id)
INSERT INTO skeleton_events (order_id, seq, account_id, status) SELECT id, 1, account_id, 'pending' FROM created`

const APPEND = `
WITH input AS (SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[]) AS i(id, seq, status)),
moved AS (
  UPDATE skeleton_orders o SET last_seq = i.seq, status = i.status, ended_at = CASE WHEN i.status = 'confirmed' THEN now() END
  FROM input i WHERE o.id = i.id AND o.last_seq = i.seq - 1 RETURNING o.id, o.account_id, o.last_seq, o.status)
INSERT INTO skeleton_events (order_id, seq, account_id, status) SELECT id, last_seq, account_id, status FROM moved RETURNING order_id`

/** Groups what comes while a statement is under way into the next one, as the engine's journal does. */
export function createGroups<Item>(write: (items: readonly Item[]) => Promise<void>) {
  let waiting: { item: Item; done: () => void; failed: (error: unknown) => void }[] = []
  let running = false
  async function drain(): Promise<void> {
    running = true
    await Promise.resolve()
    while (waiting.length > 0) {
      const group = waiting.splice(0, 500)
      try {
        await write(group.map(({ item }) => item))
        for (const { done } of group) done()
      } catch (error) {
        for (const { failed } of group) failed(error)
      }
    }
    running = false
  }
  return (item: Item): Promise<void> =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed })
      if (!running) void drain()
    })
}

/** Durable writes by prepared statements over arrays: one for each group. */
export function createSkeletonStore(pool: Pool) {
  const column = <Item, Value>(items: readonly Item[], read: (item: Item) => Value) => items.map(read)
  return {
    async insert(rows: readonly NewRow[]): Promise<void> {
      await pool.query({
        name: 'insert',
        text: INSERT,
        values: [
          column(rows, (r) => r.orderId),
          column(rows, (r) => r.accountId),
          column(rows, (r) => r.body),
        ],
      })
    },
    async append(steps: readonly Step[]): Promise<void> {
      await pool.query({
        name: 'append',
        text: APPEND,
        values: [
          column(steps, (s) => s.orderId),
          column(steps, (s) => s.seq),
          column(steps, (s) => s.status),
        ],
      })
    },
  }
}
