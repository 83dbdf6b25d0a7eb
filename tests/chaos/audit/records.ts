import { type FailureCode, type Fee, type OrderStatus } from '@fillstream/types'
import { Client } from 'pg'

/** An order as Postgres has it. Amounts in base units. */
export interface OrderRecord {
  readonly id: string
  readonly accountId: string
  readonly idempotencyKey: string | null
  readonly status: OrderStatus
  readonly inputMint: string
  readonly outputMint: string
  readonly lastSeq: number
  readonly minOutput: bigint | null
  readonly maxInput: bigint | null
  readonly inputUsed: bigint | null
  readonly output: bigint | null
  readonly txHash: string | null
  readonly fees: readonly Fee[]
  readonly failure: FailureCode | null
  readonly createdAt: number
}

export interface EventRecord {
  readonly orderId: string
  readonly accountId: string
  readonly seq: number
  readonly cursor: number
  readonly status: OrderStatus
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface AttemptRecord {
  readonly orderId: string
  readonly attempt: number
  readonly status: string
  readonly signature: string | null
  readonly code: FailureCode | null
}

/**
 * Orders that were confirmed, then rolled back for good by the chain: nothing can land any more. The engine has raised an alert and
 * says so in the attempt; they are counted apart, since no engine could have known.
 */
export function rolledBackForGood({ attempts }: Records): Set<string> {
  return new Set(
    attempts
      .filter(({ status, code }) => status === 'confirmed' && code === 'TX_EXPIRED')
      .map(({ orderId }) => orderId),
  )
}

export interface FillRecord {
  readonly orderId: string
  readonly signature: string
  readonly input: bigint
  readonly output: bigint
  readonly fees: readonly Fee[]
}

/** All that Postgres holds of these accounts. */
export interface Records {
  readonly orders: ReadonlyMap<string, OrderRecord>
  /** By order, in order of `seq`. */
  readonly events: ReadonlyMap<string, readonly EventRecord[]>
  readonly attempts: readonly AttemptRecord[]
  readonly fills: readonly FillRecord[]
  /** `account_seq` of each account. */
  readonly cursors: ReadonlyMap<string, number>
}

const amount = (text: unknown) => (text === null ? null : BigInt(String(text)))

export async function readRecords(databaseUrl: string, accountIds: readonly string[]): Promise<Records> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  const rows = async (text: string) =>
    (await client.query(text, [accountIds])).rows as Record<string, unknown>[]
  try {
    const orders = await rows('select * from orders where account_id = any($1::uuid[])')
    const events = await rows(
      'select order_id, account_id, seq, cursor, status, at from order_events where account_id = any($1::uuid[]) order by order_id, seq',
    )
    const attempts = await rows('select * from attempts where account_id = any($1::uuid[])')
    const fills = await rows(
      'select f.* from fills f join orders o on o.id = f.order_id where o.account_id = any($1::uuid[])',
    )
    const accounts = await rows('select id, account_seq from accounts where id = any($1::uuid[])')
    const byOrder = new Map<string, EventRecord[]>()
    for (const row of events) {
      const event = eventOf(row)
      const list = byOrder.get(event.orderId)
      if (list) list.push(event)
      else byOrder.set(event.orderId, [event])
    }
    return {
      orders: new Map(orders.map((row) => [String(row['id']), orderOf(row)])),
      events: byOrder,
      attempts: attempts.map(attemptOf),
      fills: fills.map(fillOf),
      cursors: new Map(accounts.map((row) => [String(row['id']), Number(row['account_seq'])])),
    }
  } finally {
    await client.end()
  }
}

function orderOf(row: Record<string, unknown>): OrderRecord {
  return {
    id: String(row['id']),
    accountId: String(row['account_id']),
    idempotencyKey: row['idempotency_key'] as string | null,
    status: row['status'] as OrderStatus,
    inputMint: String(row['input_mint']),
    outputMint: String(row['output_mint']),
    lastSeq: Number(row['last_seq']),
    minOutput: amount(row['min_output_amount']),
    maxInput: amount(row['max_input_amount']),
    inputUsed: amount(row['input_used']),
    output: amount(row['output_amount']),
    txHash: row['tx_hash'] as string | null,
    fees: row['fees'] as Fee[],
    failure: (row['failure'] as { code: FailureCode } | null)?.code ?? null,
    createdAt: (row['created_at'] as Date).getTime(),
  }
}

function eventOf(row: Record<string, unknown>): EventRecord {
  return {
    orderId: String(row['order_id']),
    accountId: String(row['account_id']),
    seq: Number(row['seq']),
    cursor: Number(row['cursor']),
    status: row['status'] as OrderStatus,
    at: (row['at'] as Date).getTime(),
  }
}

function attemptOf(row: Record<string, unknown>): AttemptRecord {
  return {
    orderId: String(row['order_id']),
    attempt: Number(row['attempt']),
    status: String(row['status']),
    signature: row['signature'] as string | null,
    code: row['code'] as FailureCode | null,
  }
}

function fillOf(row: Record<string, unknown>): FillRecord {
  return {
    orderId: String(row['order_id']),
    signature: String(row['signature']),
    input: BigInt(String(row['input_amount'])),
    output: BigInt(String(row['output_amount'])),
    fees: row['fees'] as Fee[],
  }
}
