import { randomBytes, randomUUID } from 'node:crypto'
import { startRpcServer, type RpcHandlers } from '@fillstream/messaging'
import { systemDeps } from '@fillstream/runtime'
import { formatApiKey, type Store } from '@fillstream/store'
import {
  DEX_ROUTER,
  dexRouterOperations,
  ORDER_WORKER,
  orderWorkerOperations,
  VERIFIED_TOKENS,
  type RouteReceipt,
  type TokenInfo,
} from '@fillstream/types'
import { loadConfig } from '../../apps/gateway/src/config'
import { start, type Gateway } from '../../apps/gateway/src/start'
import { createTestDatabase, type TestDatabase } from './database'
import { createTestRedis, type TestRedis } from './redis'
import { LAST_DAY, openStore } from './store'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // What a test expects of a body is the test's to say.
  readonly body: Record<string, unknown> & { readonly items?: Record<string, unknown>[] }
}

export interface CallOptions {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** The account's own key where not given; null for none. */
  readonly key?: string | null
}

/** A gateway in this process, with a database and key prefix of its own and stand-ins for the services that it asks. */
export interface TestGateway {
  readonly gateway: Gateway
  readonly store: Store
  readonly database: TestDatabase
  readonly redis: TestRedis
  readonly accountId: string
  readonly apiKey: string
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** How many orders there are, of all accounts. */
  countOrders(): Promise<number>
  /** A further account with a key of its own. */
  newAccount(scopes?: readonly string[]): Promise<{ accountId: string; apiKey: string }>
  close(): Promise<void>
}

export interface TestGatewayOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly router?: Partial<RpcHandlers<typeof dexRouterOperations>> | 'silent'
  readonly worker?: Partial<RpcHandlers<typeof orderWorkerOperations>> | 'silent'
  /** False: the database has no account but what the gateway itself makes. */
  readonly ownAccount?: boolean
  /** By which way the gateway reaches them, such as a proxy that can go away. */
  readonly databaseUrl?: (url: string) => Promise<string>
  readonly redisUrl?: (url: string) => Promise<string>
}

export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const database = await createTestDatabase()
  const redis = createTestRedis()
  const store = openStore(database.url, { poolSize: 3 })
  const newAccount = async (scopes?: readonly string[]) => {
    const accountId = randomUUID()
    const apiKey = formatApiKey(randomBytes(40))
    await store.accounts.create({ id: accountId, name: 'test' })
    await store.apiKeys.create(apiKey, { accountId, name: 'test', ...(scopes ? { scopes } : {}) })
    return { accountId, apiKey }
  }
  const own = options.ownAccount === false ? { accountId: '', apiKey: '' } : await newAccount()
  const others = startOthers(redis, options)
  const gateway = await start(
    loadConfig({
      LOG_LEVEL: 'silent',
      DATABASE_URL: (await options.databaseUrl?.(database.url)) ?? database.url,
      REDIS_URL: (await options.redisUrl?.(redis.url)) ?? redis.url,
      KEY_PREFIX: redis.keyPrefix,
      GATEWAY_PORT: '0',
      NOTIFIER_PORT: '4001',
      // No worker works on these queues.
      MAX_QUEUE_SECONDS: '1000000',
      DRAIN_MS: '0',
      ...options.env,
    }),
    systemDeps('gateway', 'silent'),
  )
  return {
    gateway,
    store,
    database,
    redis,
    ...own,
    newAccount,
    call: (method, path, callOptions = {}) => send(gateway.url, method, path, own.apiKey, callOptions),
    async countOrders() {
      return (await store.work.recentSeqs(LAST_DAY, 10_000)).seqs.length
    },
    async close() {
      await gateway.close()
      await Promise.all(others.map((other) => other.close()))
      await store.close()
      await Promise.all([database.drop(), redis.clear()])
    },
  }
}

function startOthers(redis: TestRedis, { router = {}, worker = {} }: TestGatewayOptions) {
  const deps = systemDeps('test', 'silent')
  const at = (service: string) => ({ redisUrl: redis.url, prefix: redis.keyPrefix, service })
  const unexpected = () => Promise.reject(new Error('nobody should ask this'))
  const servers = []
  if (router !== 'silent') {
    const handlers = {
      quote: unexpected,
      quoteSwap: unexpected,
      swap: unexpected,
      executable: unexpected,
      launchQuote: unexpected,
      launches: unexpected,
      tokens: () => Promise.resolve({ tokens: [...LISTED] }),
      venues: () => Promise.resolve({ venues: [] }),
      pools: () => Promise.resolve({ pools: [] }),
      ...router,
    }
    servers.push(startRpcServer(at(DEX_ROUTER), dexRouterOperations, handlers, deps))
  }
  if (worker !== 'silent') {
    const handlers = {
      wallet: () => Promise.resolve({ address: SOME_ADDRESS }),
      balances: () => Promise.resolve({ address: SOME_ADDRESS, balances: [] }),
      ...worker,
    }
    servers.push(startRpcServer(at(ORDER_WORKER), orderWorkerOperations, handlers, deps))
  }
  return servers
}

export const SOME_ADDRESS = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin'

/** What dex-router lists: the verified tokens, and one that only has a market. */
export const UNLISTED_MINT = 'mSoLzYCxHdYgdzU16g5QSh3i5K3z3KZK7ytfqcJm7So'
export const LISTED: readonly TokenInfo[] = [
  ...VERIFIED_TOKENS.map((token) => ({ ...token, verified: true })),
  { mint: UNLISTED_MINT, symbol: null, name: null, decimals: 9, verified: false },
]

/** A route receipt for any request: half of what goes in comes out. */
export function receiptFor(request: {
  inputMint: string
  outputMint: string
  swapMode: 'ExactIn' | 'ExactOut'
  amount: string
}): RouteReceipt {
  const amount = BigInt(request.amount)
  const [inAmount, outAmount] = request.swapMode === 'ExactIn' ? [amount, amount / 2n] : [amount * 2n, amount]
  const common = { pool: SOME_ADDRESS, price: '0.5', feeBps: 25, priceImpactBps: 1, latencyMs: 1 }
  const amounts = { inAmount: inAmount.toString(), outAmount: outAmount.toString() }
  const quote = { ...common, ...amounts }
  return {
    inputMint: request.inputMint,
    outputMint: request.outputMint,
    swapMode: request.swapMode,
    ...amounts,
    price: '0.5',
    feeBps: 25,
    priceImpactBps: 1,
    routePlan: [
      {
        leg: 0,
        bps: 10_000,
        venue: 'raydium-sim',
        pool: SOME_ADDRESS,
        poolIndex: 1,
        inputMint: request.inputMint,
        outputMint: request.outputMint,
        ...amounts,
        feeAmount: '1',
        feeMint: request.inputMint,
      },
    ],
    contextSlot: 7,
    quotes: [
      {
        ...quote,
        venue: 'raydium-sim',
        outcome: 'won',
        code: 'BEST_PRICE',
        reason: 'best',
        differenceBps: 0,
      },
      {
        ...quote,
        venue: 'orca-sim',
        outcome: 'lost',
        code: 'WORSE_PRICE',
        reason: 'worse',
        differenceBps: 9,
      },
    ],
    quotedAt: '2026-01-15T12:00:00.000Z',
    elapsedMs: 1,
  }
}

async function send(
  url: string,
  method: string,
  path: string,
  ownKey: string,
  { json, raw, headers = {}, key = ownKey }: CallOptions,
): Promise<Answer> {
  const body = raw ?? (json === undefined ? undefined : JSON.stringify(json))
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
  })
  const text = await response.text()
  const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? (JSON.parse(text) as Answer['body']) : {},
  }
}
