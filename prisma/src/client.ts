import { PrismaPg } from '@prisma/adapter-pg'
import { Pool } from 'pg'
import { Prisma, PrismaClient } from '../generated/client'
import { createAccountsRepository } from './accounts-repository'
import { createApiKeysRepository } from './api-keys-repository'
import { appendEvents } from './append-events'
import { createAttemptsRepository } from './attempts-repository'
import { withAppErrors } from './errors'
import { createEventsRepository } from './events-repository'
import { createFillsRepository } from './fills-repository'
import { insertOrders, lookupExisting, lookupNewOrder } from './insert-orders'
import { missingMigrations } from './migrations'
import { createOrderReads } from './orders-repository'
import { createPersist, type Sleeper } from './persist'
import { createStatements } from './statements'
import { createStatementNames, isPooled } from './statement-names'
import type { OrderReads, OrderWrites, Store, StoreConfig } from './store'
import { createTradingRepository } from './trading-repository'
import { createTriggersRepository } from './triggers-repository'
import { createWorkRepository } from './work-repository'

export interface StoreDeps {
  readonly clock: Sleeper
  /** Told of connections that break while nobody uses them; the pool replaces them. */
  readonly onConnectionLost?: (error: Error) => void
}

/** How much longer than the server a client waits before it gives up on a statement: a silent network. */
const NETWORK_SLACK_MS = 1_000

/**
 * Plans are made once for a connection and kept (by itself Postgres plans the longest statements anew each time, values and all): one
 * that is made while there are few orders would read through all of them ever after. All that is read here has an index. Compiling a
 * plan never pays for statements of milliseconds. Unnamed statements, as a pooler may need them, are planned each time.
 */
const PLANNING = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off'

/** Connects lazily: a store can be made while Postgres is away. */
export function createStore(config: StoreConfig, deps: StoreDeps): Store {
  const statementTimeout = config.statementTimeoutMillis ?? 5_000
  const pool = new Pool({
    connectionString: config.databaseUrl,
    max: config.poolSize ?? 10,
    connectionTimeoutMillis: config.connectionTimeoutMillis ?? 2_000,
    statement_timeout: statementTimeout,
    ...(isPooled(config.databaseUrl) ? {} : { options: PLANNING }),
    query_timeout: statementTimeout + NETWORK_SLACK_MS,
    keepAlive: true,
  })
  pool.on('error', (error) => deps.onConnectionLost?.(error))
  const adapter = new PrismaPg(pool, {
    statementNameGenerator: createStatementNames(config.databaseUrl),
    onConnectionError: (error) => deps.onConnectionLost?.(error),
  })
  const client = new PrismaClient({ adapter, errorFormat: 'minimal' })
  const statements = createStatements(adapter)
  const persist = createPersist(deps.clock, config.unknownOutcomeMillis ?? 2_000)
  const writing = { client, statements, persist }

  const reads: OrderReads = createOrderReads({ client, statements })
  const events = createEventsRepository({ statements })
  const writes: OrderWrites = {
    insertOrders: (orders) => insertOrders(writing, orders),
    appendEvents: (appends) => appendEvents(writing, appends),
    lookupExisting: (order) => lookupExisting(client, order),
    lookupNewOrder: (orderId) => lookupNewOrder(client, orderId),
  }
  let closing: Promise<void> | undefined
  const self = withAppErrors({
    async ping() {
      await statements.rows(Prisma.sql`SELECT 1`)
    },
    async assertSchemaCurrent() {
      const missing = await missingMigrations(statements)
      if (missing.length > 0)
        throw new Error(
          `the database lacks ${missing.length} migration(s), the first being ${missing[0]}: run node prisma/dist/migrate.js`,
        )
    },
    close: () => (closing ??= client.$disconnect().then(() => pool.end())),
  })

  return {
    ...self,
    accounts: withAppErrors(createAccountsRepository({ client, statements })),
    apiKeys: withAppErrors(createApiKeysRepository({ client, statements })),
    orders: withAppErrors({ ...reads, ...writes }),
    events: withAppErrors(events),
    attempts: withAppErrors(createAttemptsRepository(client)),
    triggers: withAppErrors(createTriggersRepository(client)),
    fills: withAppErrors(createFillsRepository(client)),
    work: withAppErrors(createWorkRepository(client, reads, events)),
    trading: withAppErrors(createTradingRepository(client)),
  }
}
