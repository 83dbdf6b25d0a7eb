import { setTimeout as delay } from 'node:timers/promises'
import { createTraders, type Trader } from './accounts'
import { auditMoney } from './audit/money'
import { auditOrders } from './audit/order-log'
import { readRecords } from './audit/records'
import { auditRest } from './audit/rest'
import { auditSettlements } from './audit/settlements'
import { auditStreams } from './audit/streams'
import { createBalancer, type Balancer } from './balancer'
import { startDriver, type Driver } from './driver'
import { chooseFaults, FAULTS } from './faults/catalogue'
import { createSmallDisk } from './faults/disk'
import { startAgain } from './faults/fault'
import { startFollowers, type Followers } from './followers'
import { runSchedule, type Injector } from './injector'
import { type ChaosOptions } from './options'
import { untilQuiet } from './quiet'
import { createRandom } from './random'
import { type Outcome } from './report'
import { planFaults } from './schedule'
import { removeStack, startChaosStack, type ChaosStack } from './stack'

const TRADERS = 4
/** Orders flow before the first fault and after the last one, so that recovery shows. */
const LEAD_MS = 1_500
const TAIL_MS = 3_000
const CLIENTS_WITHIN_MS = 120_000

export interface Say {
  (subject: string, text: string): void
}

/** One run from an empty machine to the audit. The stack is gone when it resolves; its logs are in `logsAs` if wanted. */
export async function runChaos(options: ChaosOptions, say: Say, signal: AbortSignal): Promise<Outcome> {
  const disk = createSmallDisk()
  const chosen = chooseFaults([...FAULTS, disk.fault], options.faults)
  const stack = await startChaosStack({
    seed: options.seed,
    withoutFence: options.withoutFence,
    beforeStart: (dataDir) => chosen.includes(disk.fault) && disk.prepare(dataDir),
    say,
  })
  const gateways = await createBalancer([stack.address('gateway'), stack.address('gateway-2')])
  const notifiers = await createBalancer([stack.address('notifier'), stack.address('notifier-2')])
  const random = createRandom(options.seed)
  const giveUp = new AbortController()
  try {
    const traders = await createTraders(stack, TRADERS)
    const followers = startFollowers(stack.urls.gateway, `ws://127.0.0.1:${notifiers.port}`, traders)
    const driver = startDriver(
      gateways,
      traders,
      random.fork('orders'),
      {
        rate: options.rate,
        orders: options.orders,
        onPlaced: (placed, planned) => planned.followed && followers.followOrder(placed),
      },
      AbortSignal.any([giveUp.signal, signal]),
    )
    await delay(LEAD_MS)
    const possible = chosen.filter(({ impossible }) => !impossible)
    const schedule = planFaults(possible, random.fork('schedule'), {
      durationMs: options.minutes * 60_000,
      pauseMs: options.pauseMs,
    })
    const injector = runSchedule(schedule, stack, random, signal)
    const progress = report(driver, injector, followers, say)
    const orchestrator = reviveTheDead(stack)
    const trouble: string[] = []
    try {
      await injector.done
      await delay(TAIL_MS)
    } finally {
      driver.stop()
      clearInterval(progress)
      await orchestrator.stop()
    }
    trouble.push(...injector.broken)
    say('healed', `waiting for ${driver.waiting()} clients`)
    const late = setTimeout(() => giveUp.abort(), CLIENTS_WITHIN_MS)
    await driver.settled()
    clearTimeout(late)
    if (giveUp.signal.aborted) trouble.push('some clients had no answer long after all was healed')
    const still = await untilQuiet(stack.urls.database, followers.all, (text) => say('waiting', text))
    if (still !== null) trouble.push(`not quiet: ${still}`)
    await followers.stop()
    say('audit', `${driver.placed.length} orders`)
    return {
      ...(await audit(stack, gateways, traders, driver, followers)),
      seed: options.seed,
      command: commandOf(options),
      injected: injector.injected,
      impossible: chosen.flatMap(({ name, impossible }) =>
        impossible ? [{ name, reason: impossible }] : [],
      ),
      deaths: stack.deaths.map(({ name, outcome }) => `${name} (${outcome})`),
      trouble,
    }
  } finally {
    await Promise.all([gateways.close(), notifiers.close()])
    await stack.close()
    disk.remove()
    await removeStack(stack)
  }
}

async function audit(
  stack: ChaosStack,
  gateways: Balancer,
  traders: readonly Trader[],
  driver: Driver,
  followers: Followers,
) {
  const records = await readRecords(
    stack.urls.database,
    traders.map(({ accountId }) => accountId),
  )
  const settlements = await auditSettlements(records, stack.urls.rpc, traders)
  const money = await auditMoney(records, stack.urls, traders)
  const streams = auditStreams(records, followers.all)
  const rest = await auditRest(records, gateways.next() ?? stack.urls.gateway, traders)
  return {
    placed: driver.placed,
    answers: driver.answers,
    records,
    landed: settlements.landed,
    unitsUnaccounted: money.unitsUnaccounted,
    streams: { complete: streams.complete, all: followers.all.length },
    findings: [
      ...auditOrders(records, driver),
      ...settlements.findings,
      ...money.findings,
      ...streams.findings,
      ...rest,
    ],
  }
}

/** One line a second. */
function report(driver: Driver, injector: Injector, followers: Followers, say: Say): NodeJS.Timeout {
  return setInterval(() => {
    const ended = new Map<string, number>()
    for (const { orderId, told } of followers.all)
      if (orderId === null) for (const { status } of told) ended.set(status, (ended.get(status) ?? 0) + 1)
    const of = (status: string) => ended.get(status) ?? 0
    const done = of('confirmed') + of('failed') + of('cancelled') + of('expired')
    say(
      'running',
      `accepted ${driver.placed.length}, confirmed ${of('confirmed')}, failed ${of('failed')}, cancelled ${of('cancelled')}, ` +
        `under way ${driver.placed.length - done}, clients waiting ${driver.waiting()}, ` +
        `faults ${injector.injected.length}${injector.now().length > 0 ? `, now ${injector.now().join(' ')}` : ''}`,
    )
  }, 1_000)
}

/** What ends unasked is started again, as an orchestrator would; the report names it all the same. */
function reviveTheDead(stack: ChaosStack): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let seen = 0
  const running = (async () => {
    while (!stopping.signal.aborted) {
      for (const { name } of stack.deaths.slice(seen))
        if (name !== 'postgres' && !stack.running(name)) await startAgain(stack, name).catch(() => undefined)
      seen = stack.deaths.length
      await delay(250, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

function commandOf({ seed, minutes, rate, faults, pauseMs, withoutFence }: ChaosOptions): string {
  const only = faults.length > 0 ? ` --faults ${faults.join(',')}` : ''
  const fence = withoutFence ? ' --without-fence' : ''
  return `pnpm chaos --seed ${seed} --minutes ${minutes} --rate ${rate} --pause-ms ${pauseMs}${only}${fence}`
}
