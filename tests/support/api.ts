import { type EventMessage, type OrderEvent, type OrderView, type ServerMessage } from '@fillstream/types'
import { Client } from 'pg'
import { WebSocket } from 'ws'
import { type Stack } from './stack'

/** The public API of a stack as a plain client sees it: nothing of ours but the addresses and the key. */
export interface Api {
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: never }>
  get<Body>(path: string): Promise<Body>
  /** Places orders all at once; every one must be accepted. */
  place(orders: readonly object[]): Promise<OrderView[]>
  order(orderId: string): Promise<OrderView>
  events(orderId: string): Promise<OrderEvent[]>
  /** The order once it has reached a terminal status. */
  finished(orderId: string): Promise<OrderView>
  balances(): Promise<Map<string, bigint>>
}

const TERMINAL = ['confirmed', 'failed', 'cancelled', 'expired']

export function createApi(stack: Stack): Api {
  const auth = { authorization: `Bearer ${stack.apiKey}` }
  async function get<Body>(path: string): Promise<Body> {
    const response = await fetch(`${stack.urls.gateway}${path}`, { headers: auth })
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Body
  }
  const api: Api = {
    async post(path, body, headers = {}) {
      const response = await fetch(`${stack.urls.gateway}${path}`, {
        method: 'POST',
        headers: { ...auth, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
      return { status: response.status, body: (await response.json()) as never }
    },
    get,
    place: (orders) =>
      Promise.all(
        orders.map(async (order) => {
          const { status, body } = await api.post('/v1/orders', order)
          if (status !== 202) throw new Error(`refused: ${status} ${JSON.stringify(body)}`)
          return body as OrderView
        }),
      ),
    order: (orderId) => get<OrderView>(`/v1/orders/${orderId}`),
    events: async (orderId) => (await get<{ items: OrderEvent[] }>(`/v1/orders/${orderId}/events`)).items,
    async finished(orderId) {
      for (;;) {
        const order = await api.order(orderId).catch(() => null)
        if (order !== null && TERMINAL.includes(order.status)) return order
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async balances() {
      const { balances } = await get<{ balances: { mint: string; amount: string }[] }>('/v1/account')
      return new Map(balances.map(({ mint, amount }) => [mint, BigInt(amount)]))
    },
  }
  return api
}

/** A socket on `/v1/stream` that keeps all it is told. */
export interface StreamClient {
  readonly messages: readonly ServerMessage[]
  send(message: object): void
  /** Resolves with the first message, past or to come, that passes. */
  until(passes: (message: ServerMessage) => boolean): Promise<ServerMessage>
  events(orderId: string): EventMessage[]
  close(): Promise<void>
}

export async function openStream(stack: Stack): Promise<StreamClient> {
  const socket = new WebSocket(`${stack.urls.stream}/v1/stream`, {
    headers: { authorization: `Bearer ${stack.apiKey}` },
  })
  const messages: ServerMessage[] = []
  const waiting = new Set<() => void>()
  let failure: Error | null = null
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as ServerMessage)
    for (const check of waiting) check()
  })
  const ended = (error: Error) => {
    failure = error
    for (const check of waiting) check()
  }
  socket.on('error', ended)
  socket.on('close', (code) => ended(new Error(`closed with ${code}`)))
  const client: StreamClient = {
    messages,
    send: (message) => socket.send(JSON.stringify(message)),
    until: (passes) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = messages.find(passes)
          if (found) resolve(found)
          else if (failure) reject(failure)
          else return
          waiting.delete(check)
        }
        waiting.add(check)
        check()
      }),
    events: (orderId) =>
      messages.filter(
        (m): m is EventMessage => m.type === 'event' && 'orderId' in m && m.orderId === orderId,
      ),
    close: () =>
      new Promise((resolve) => {
        socket.once('close', () => resolve())
        socket.close()
      }),
  }
  await client.until(({ type }) => type === 'connected')
  return client
}

/** Rows straight from the stack's Postgres. */
export async function query<Row>(stack: Stack, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: stack.urls.database })
  await client.connect()
  try {
    return (await client.query(text, values)).rows as Row[]
  } finally {
    await client.end()
  }
}

/** A call of localnet's JSON-RPC, as any Solana client makes it. */
export async function rpc<Result>(stack: Stack, method: string, params: unknown[]): Promise<Result> {
  const response = await fetch(stack.urls.rpc, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const answer = (await response.json()) as { result?: Result; error?: { message: string } }
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
  return answer.result as Result
}

/** How many settlement transactions of this order landed and succeeded, by the memos that the chain has kept. */
export async function landedSettlements(stack: Stack, wallet: string): Promise<Map<string, number>> {
  const landed = new Map<string, number>()
  let before: string | undefined
  for (;;) {
    const page = await rpc<{ signature: string; err: unknown; memo: string | null }[]>(
      stack,
      'getSignaturesForAddress',
      [wallet, { limit: 1_000, commitment: 'confirmed', ...(before ? { before } : {}) }],
    )
    for (const { err, memo } of page) {
      const match = /([0-9a-f-]{36}):\d+(?!:rest)(?:;|$)/.exec(memo ?? '')
      if (err === null && match?.[1]) landed.set(match[1], (landed.get(match[1]) ?? 0) + 1)
    }
    const last = page.at(-1)
    if (page.length < 1_000 || !last) return landed
    before = last.signature
  }
}
