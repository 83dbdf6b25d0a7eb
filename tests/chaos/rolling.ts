import { setTimeout as delay } from 'node:timers/promises'
import { createTraders } from './accounts'
import { auditOrders } from './audit/order-log'
import { readRecords } from './audit/records'
import { auditSettlements } from './audit/settlements'
import { auditStreams } from './audit/streams'
import { createBalancer } from './balancer'
import { type Answer } from './client'
import { startDriver } from './driver'
import { startFollowers } from './followers'
import { type ChaosOptions } from './options'
import { untilQuiet } from './quiet'
import { createRandom } from './random'
import { table } from './report'
import { type Say } from './run'
import { removeStack, SERVICE_COPIES, startChaosStack } from './stack'

/** A socket kept alive that the server closes just as a request is on its way: any client sends it again. */
const RESETS = ['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE']
const BETWEEN_MS = 1_000
/** Nothing is broken here, so that slots and loops need not be faster than in production. */
const UNHURRIED = {
  SIM_SLOT_MS: '400',
  WATCH_INTERVAL_MS: '200',
  SWEEP_INTERVAL_MS: '1000',
  SWEEP_IDLE_MS: '5000',
  WORKER_LOCK_MS: '10000',
  ATTEMPT_LEASE_MS: '10000',
  STREAM_CHECK_MS: '2000',
}

export interface RollingOutcome {
  readonly clean: boolean
  readonly text: string
}

/** Every copy of every service is stopped in order, started again and waited for, one after the other, while orders come. */
export async function runRolling(
  options: ChaosOptions,
  say: Say,
  signal: AbortSignal,
): Promise<RollingOutcome> {
  const stack = await startChaosStack({ seed: options.seed, withoutFence: false, env: UNHURRIED, say })
  const gateways = await createBalancer([stack.address('gateway'), stack.address('gateway-2')])
  const notifiers = await createBalancer([stack.address('notifier'), stack.address('notifier-2')])
  try {
    const traders = await createTraders(stack, 2)
    const followers = startFollowers(stack.urls.gateway, `ws://127.0.0.1:${notifiers.port}`, traders)
    const failed: string[] = []
    let resets = 0
    const onAnswer = (answer: Answer) => {
      if (answer.status === 202) return
      if (answer.status === null && RESETS.includes(answer.reason)) resets += 1
      else
        failed.push(
          answer.status === null ? answer.reason : `${answer.status} ${JSON.stringify(answer.body)}`,
        )
    }
    const driver = startDriver(
      gateways,
      traders,
      createRandom(options.seed),
      {
        rate: options.rate,
        orders: options.orders,
        onPlaced: (placed, { followed }) => followed && followers.followOrder(placed),
        onAnswer,
      },
      signal,
    )
    await delay(BETWEEN_MS)
    const stops: (readonly [string, number])[] = []
    for (let round = 0; round < Math.max(1, Math.round(options.minutes)) && !signal.aborted; round++) {
      for (const name of SERVICE_COPIES) {
        const began = performance.now()
        await stack.stop(name)
        stops.push([name, Math.round(performance.now() - began)])
        await stack.restart(name)
        await delay(BETWEEN_MS)
        say('restarted', `${name}; accepted ${driver.placed.length}, failed requests ${failed.length}`)
      }
    }
    driver.stop()
    await driver.settled()
    const still = await untilQuiet(stack.urls.database, followers.all, (text) => say('waiting', text))
    await followers.stop()
    const records = await readRecords(
      stack.urls.database,
      traders.map(({ accountId }) => accountId),
    )
    const settlements = await auditSettlements(records, stack.urls.rpc, traders)
    const streams = auditStreams(records, followers.all)
    const findings = [...auditOrders(records, driver), ...settlements.findings, ...streams.findings]
    const text = [
      table(['restarted', 'stopped in ms'], stops),
      table(
        ['', ''],
        [
          ['orders accepted', driver.placed.length],
          ['failed requests', failed.length],
          ['resets of a socket that was closing', resets],
          ['findings (lost, twice, gaps, streams)', findings.length],
          ['clients with a complete stream', `${streams.complete} / ${followers.all.length}`],
          ['processes that ended unasked', stack.deaths.length],
        ],
      ),
      ...(still === null ? [] : [`not quiet: ${still}`]),
      ...new Set(failed.map((what) => `failed request: ${what}`).slice(0, 20)),
      ...findings.slice(0, 20).map((finding) => `FOUND ${JSON.stringify(finding)}`),
    ].join('\n\n')
    return {
      clean: failed.length + findings.length + stack.deaths.length === 0 && still === null,
      text,
    }
  } finally {
    await Promise.all([gateways.close(), notifiers.close()])
    await stack.close()
    await removeStack(stack)
  }
}
