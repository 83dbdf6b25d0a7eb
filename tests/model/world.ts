import { AppError, type OrderSnapshot } from '@fillstream/core'
import { createLogger, createMetrics, type Clock, type Deps } from '@fillstream/runtime'
import { type Store } from '@fillstream/store'
import { orderRequestSchema } from '@fillstream/types'
import { type Client } from 'pg'
import { createWorkerEvents } from '../../apps/order-worker/src/events'
import { createWallets } from '../../apps/order-worker/src/signer/wallets'
import { checksOnTheWay } from './checks-on-the-way'
import { Gates, type Fault, type PortCall, type TaskKind } from './gates'
import { checkInvariants, InvariantViolation } from './invariants'
import { JobQueue, type QueuedJob } from './job-queue'
import { Market } from './market'
import {
  isOutage,
  startGateway,
  startWorker,
  WALLET_MASTER_KEY,
  type GatewayProcess,
  type Surroundings,
  type WorkerProcess,
} from './processes'
import { SimulatedChain } from './simulated-chain'

export type WorkerName = 'worker A' | 'worker B'
export type ProcessName = WorkerName | 'gateway'

/** The database of a run: a store of ours, and a connection that sees what is really there. */
export interface Database {
  readonly store: Store
  readonly client: Client
}

/** What a client was told about cancelling. */
export type CancelAnswer =
  | { readonly orderId: string; readonly answer: 'cancelled' }
  | { readonly orderId: string; readonly answer: 'tooLate'; readonly order: OrderSnapshot }

const REQUEST = orderRequestSchema.parse({ inputMint: 'SOL', outputMint: 'USDC', amount: '1000000000' })
/** Keys of the orders that each run begins with, so that it has more to say about execution than about accepting. */
const ORDERS_AT_START = [0, 1]
const ACCOUNTS = [1, 2].map((n) => uuid(n))
const silent = createLogger({ service: 'model', level: 'silent' })

/** Ports in which a task that is left alone gets from one durable effect to the next. */
const MAX_STEPS = 20
const MAX_STEPS_TO_REST = 500
const MAX_HEALING_ROUNDS = 100
const DURABLE = ['journal.accept', 'journal.append', 'submit']

function uuid(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
}

/** Two order-workers and a gateway over one Postgres, and the world outside: one run of the model check. */
export class World {
  readonly gates = new Gates()
  readonly chain = new SimulatedChain()
  readonly market = new Market()
  readonly queue = new JobQueue()
  readonly cancelAnswers: CancelAnswer[] = []
  /** The orders that clients were told of, by the idempotency key. */
  readonly accepted = new Map<string, string>()
  private readonly violations: string[] = []
  private readonly workers = new Map<string, WorkerProcess>()
  private readonly surroundings: Surroundings
  private gateway: GatewayProcess
  private now = 0
  private lastId = 1_000

  private constructor(
    private readonly database: Database,
    store: Store,
  ) {
    const clock: Clock = { now: () => this.now, monotonic: () => this.now, sleep: () => Promise.resolve() }
    const deps = (): Deps => ({
      clock,
      ids: { uuid: () => uuid(this.lastId++) },
      random: { next: () => 0 },
      logger: silent,
      checkpoint: () => undefined,
      metrics: createMetrics('model', { processMetrics: false }),
    })
    const report = (violation: string) => void this.violations.push(violation)
    const { gates, chain, market, queue } = this
    const onTheWay = checksOnTheWay(database.client, chain, report)
    this.surroundings = {
      store,
      gates,
      chain,
      market,
      queue,
      report,
      deps,
      wallets: createWallets(WALLET_MASTER_KEY),
      events: {
        ...createWorkerEvents(deps()),
        boundBroken: (order, what) => report(`order ${order.id} was settled outside its bound: ${what}`),
        rolledBack: onTheWay.alerted,
        confirmedButLost: onTheWay.alerted,
        settledDifferently: onTheWay.alerted,
        unforeseen: (orderId, error) => report(`order ${orderId} met ${String(error)}`),
        loopFailed: (loop, error) => {
          if (!isOutage(error) && !(error as Error).message.startsWith('the connection'))
            report(`${loop}: ${String(error)}`)
        },
      },
      ...onTheWay,
    }
    this.gateway = startGateway('gateway', this.surroundings)
  }

  /** Empties the database and starts everything. `store`: what the processes are given instead of the database's own. */
  static async start(database: Database, store = database.store): Promise<World> {
    await database.client.query(
      'delete from fills; delete from attempts; delete from order_events; delete from orders; delete from accounts',
    )
    for (const id of ACCOUNTS) await database.store.accounts.create({ id, name: 'model' })
    const world = new World(database, store)
    world.chain.advance(10)
    for (const name of ['worker A', 'worker B']) world.startWorker(name)
    for (const key of ORDERS_AT_START) await world.place(key)
    await world.runToRest('gateway', 'request', 'aside')
    return world
  }

  /** Throws where something has happened that must not. */
  assertSound(): void {
    if (this.violations.length > 0) throw new InvariantViolation(this.violations.join('\n'))
  }

  passTime(ms: number): void {
    this.now += ms
  }

  /** An order's time is over by the clock of Postgres. */
  async timeIsOver(pick: number): Promise<void> {
    const orders = [...this.accepted.values()].sort()
    await this.database.client.query(
      `update orders set expires_at = now() - interval '1 second' where id = $1 and ended_at is null`,
      [orders[pick % orders.length]],
    )
  }

  async place(key: number): Promise<void> {
    const idempotencyKey = `key ${key}`
    const accountId = ACCOUNTS[key % ACCOUNTS.length] as string
    const caller = { accountId, keyId: null, scopes: ['trade'] }
    this.request(async () => {
      const call = { caller, requestId: idempotencyKey, idempotencyKey }
      const { order } = await this.gateway.place({ form: 'order', call, request: REQUEST })
      const before = this.accepted.get(idempotencyKey) ?? order.orderId
      if (before !== order.orderId)
        this.surroundings.report(`${idempotencyKey} stands for ${before} and ${order.orderId}`)
      this.accepted.set(idempotencyKey, order.orderId)
    })
    await this.gates.settle()
  }

  async cancel(pick: number): Promise<void> {
    const orders = [...this.accepted].sort()
    const [key, orderId] = orders[pick % orders.length] as [string, string]
    const accountId = ACCOUNTS[Number(key.slice('key '.length)) % ACCOUNTS.length] as string
    const caller = { accountId, keyId: null, scopes: ['trade'] }
    this.request(async () => {
      try {
        await this.gateway.cancel({ caller, requestId: 'cancel' }, orderId)
        this.cancelAnswers.push({ orderId, answer: 'cancelled' })
        if (this.chain.ofOrder(orderId).some((tx) => this.chain.mayMoveMoney(tx)))
          this.surroundings.report(`order ${orderId} is cancelled, but its transaction may land`)
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'CANCEL_TOO_LATE') throw error
        this.cancelAnswers.push({ orderId, answer: 'tooLate', order: error.context.order as OrderSnapshot })
      }
    })
    await this.gates.settle()
  }

  async deliver(worker: WorkerName, job: QueuedJob): Promise<void> {
    this.workers.get(worker)?.deliver(job)
    await this.gates.settle()
  }

  /** One call goes through. */
  async step(call: PortCall, fault: Fault = 'none'): Promise<void> {
    this.now += 1
    await this.gates.release(call, fault)
  }

  /** The task goes on until so many of its durable effects have happened, or it ends. */
  async stepToEffect(call: PortCall, effects: number): Promise<void> {
    let left = effects
    let next: PortCall | undefined = call
    for (let steps = 0; next !== undefined && left > 0 && steps < MAX_STEPS * effects; steps++) {
      if (DURABLE.includes(next.port)) left -= 1
      await this.step(next)
      next = this.gates.callsOf(call.task)[0]
    }
  }

  /** The process dies at the ports where it is, and another is started in its place. */
  async crash(process: ProcessName): Promise<void> {
    this.gates.crash(process)
    this.queue.abandon(process)
    if (process === 'gateway') this.gateway = startGateway(process, this.surroundings)
    else this.startWorker(process)
    await this.gates.settle()
  }

  /** All is well from here on: worker A and the gateway run, the chain lands what it is sent, until nothing is left to do. */
  async heal(): Promise<void> {
    this.chain.lags = [0]
    this.gates.crash('worker B')
    this.queue.abandon('worker B')
    for (let round = 0; round < MAX_HEALING_ROUNDS; round++) {
      await this.runToRest('gateway', 'request', 'aside')
      for (const job of this.queue.waiting()) await this.deliver('worker A', job)
      await this.runToRest('worker A', 'expiry', 'job', 'aside', 'watch', 'finality')
      if (this.queue.isEmpty()) await this.runToRest('worker A', 'sweep')
      this.assertSound()
      if ((await this.unfinished()) === 0) return
      this.chain.advance(1)
      for (const tx of this.chain.landable()) this.chain.land(tx, 'success', 0n)
    }
    throw new InvariantViolation('orders are left over although nothing stands in their way')
  }

  /** Throws the first of the invariants that does not hold, after everything has ended. */
  async assertInvariants(): Promise<void> {
    this.violations.push(...(await checkInvariants(this.database.client, this)))
    this.assertSound()
  }

  /** Each task to its end, or until it sleeps, one after the other. */
  private async runToRest(process: ProcessName, ...kinds: readonly TaskKind[]): Promise<void> {
    for (const call of kinds.flatMap((kind) => this.gates.calls(process, kind))) {
      let next: PortCall | undefined = this.gates.has(call) ? call : undefined
      for (let steps = 0; next !== undefined && steps < MAX_STEPS_TO_REST; steps++) {
        await this.step(next)
        next = this.gates.callsOf(call.task).find(({ port }) => port !== 'sleep')
      }
    }
  }

  private async unfinished(): Promise<number> {
    const { rows } = await this.database.client.query<{ n: number }>(
      `select (select count(*) from orders where ended_at is null)::int
        + (select count(*) from attempts where status = 'confirmed' and finalized_at is null)::int as n`,
    )
    return (rows[0]?.n ?? 0) + this.gates.calls('gateway', 'request').length
  }

  private startWorker(name: string): void {
    this.workers.set(name, startWorker(name, this.surroundings))
  }

  private request(work: () => Promise<void>): void {
    void this.gates.run('gateway', 'request', async () => {
      try {
        await work()
      } catch (error) {
        if (!isOutage(error)) this.surroundings.report(`a request threw ${String(error)}`)
      }
    })
  }
}
