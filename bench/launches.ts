import { setTimeout as delay } from 'node:timers/promises'
import { type EventMessage, type OrderView } from '@fillstream/types'
import { createApi, openStream, type Api, type StreamClient } from '../tests/support/api'
import { startStack, type Stack } from '../tests/support/stack'
import { inMs, median, percentile, report, type Row } from './measure/report'
import { readArguments, runBench } from './measure/run-bench'

/*
 * 200 launches with a sniper order each, 60 of them bad in one of five ways, on a stack of its own with the default slots of
 * 400 ms and transactions that land in the next slot. Prints which were bought, how long after the opening, and what was
 * refused why. `pnpm bench launches [number of launches]`
 */
const SLOT_MS = 400
const OPEN_IN_MS = 8_000
const LAUNCHES_PER_SECOND = 4
const LAMPORTS = '500000000'
/** The check that each bad kind must fail, and no other. */
const BAD = {
  mintAuthority: 'mintAuthority',
  freezeAuthority: 'freezeAuthority',
  creatorHoldsMost: 'creatorShare',
  lowLiquidity: 'liquidity',
  unsellable: 'sale',
} as const
const BAD_KINDS = Object.keys(BAD) as (keyof typeof BAD)[]
const END: readonly string[] = ['confirmed', 'failed', 'cancelled', 'expired']

interface Snipe {
  readonly kind: 'good' | keyof typeof BAD
  readonly orderId: string
}

async function main(): Promise<void> {
  const { count } = readArguments({ count: { full: 200, quick: 40 } })
  const stack = await startStack({ env: { SIM_SLOT_MS: String(SLOT_MS), SIM_CONFIRM_DELAY_MS: '0' } })
  try {
    const api = createApi(stack)
    const stream = await openStream(stack)
    stream.send({ type: 'subscribe', channel: 'orders' })
    const snipes: Snipe[] = []
    for (let n = 0; n < count; n += 1) {
      // Three in ten are bad, the five ways in turn.
      const bad = n % 10 < 3
      const kind = bad
        ? (BAD_KINDS[(Math.floor(n / 10) * 3 + (n % 10)) % BAD_KINDS.length] ?? 'good')
        : 'good'
      snipes.push({ kind, orderId: await placeFor(stack, api, kind) })
      await delay(1_000 / LAUNCHES_PER_SECOND)
    }
    for (const { orderId } of snipes)
      await stream.until(
        (m) => m.type === 'event' && 'orderId' in m && m.orderId === orderId && END.includes(m.data.status),
      )
    report('launches', rowsOf(stream, snipes))
    await stream.close()
  } finally {
    await stack.close()
  }
}

async function placeFor(stack: Stack, api: Api, kind: Snipe['kind']): Promise<string> {
  const response = await fetch(`${stack.urls.control}/launches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind, openInMs: OPEN_IN_MS }),
  })
  const { mint } = (await response.json()) as { mint: string }
  const order = { type: 'sniper', inputMint: 'SOL', outputMint: mint, amount: LAMPORTS, slippageBps: 300 }
  const [placed] = (await api.place([order])) as [OrderView]
  return placed.orderId
}

function rowsOf(stream: StreamClient, snipes: readonly Snipe[]): Row[] {
  const told = snipes.map((snipe) => ({ ...snipe, events: stream.events(snipe.orderId) }))
  const good = told.filter(({ kind }) => kind === 'good')
  const bought = good.filter(({ events }) => events.at(-1)?.data.status === 'confirmed')
  const rows: Row[] = [allOf('good ones, bought', bought.length, good.length)]
  for (const { events } of good.filter((each) => !bought.includes(each)))
    rows.push({ what: '  not bought', value: JSON.stringify(events.at(-1)?.data) })

  const launches = bought.map(({ events }) => launchOf(events, 'confirmed'))
  const waited = launches.map((launch) => launch['openToSubmittedMs']).filter((ms) => typeof ms === 'number')
  rows.push(
    {
      what: 'from the slot before the opening to submitted',
      value: `p50 ${inMs(median(waited))}, p99 ${inMs(percentile(waited, 0.99))}`,
    },
    allOf(`  within a slot of ${SLOT_MS} ms`, waited.filter((ms) => ms <= SLOT_MS).length, bought.length),
    {
      what: `from the launch to submitted (it opens ${OPEN_IN_MS} ms after that)`,
      value: `p50 ${inMs(median(launches.map((launch) => Number(launch['launchToSubmittedMs']))))}`,
    },
  )
  const slots = launches.map((launch) => Number(launch['openToLandedSlots']))
  for (const slot of [...new Set(slots)].sort((a, b) => a - b))
    rows.push({
      what: `landed ${slot} slots after the opening slot`,
      value: String(slots.filter((each) => each === slot).length),
    })

  for (const kind of BAD_KINDS) {
    const those = told.filter((each) => each.kind === kind)
    const right = those.filter(({ events }) => isRefusedFor(events, BAD[kind]))
    rows.push(allOf(`${kind}, refused for ${BAD[kind]} alone`, right.length, those.length))
  }
  const signed = told.filter(
    ({ kind, events }) => kind !== 'good' && events.some(({ data }) => data.status === 'submitted'),
  )
  rows.push({
    what: 'bad ones submitted',
    value: String(signed.length),
    target: '0',
    met: signed.length === 0,
  })
  return rows
}

const allOf = (what: string, count: number, all: number): Row => ({
  what,
  value: `${count} of ${all}`,
  target: 'all',
  met: count === all,
})

function isRefusedFor(events: readonly EventMessage[], check: string): boolean {
  const last = events.at(-1)?.data
  const safety = last?.['safety'] as { checks: { check: string }[] } | undefined
  return (
    last?.failure?.code === 'SAFETY_CHECK_FAILED' &&
    safety?.checks.length === 1 &&
    safety.checks[0]?.check === check
  )
}

function launchOf(events: readonly EventMessage[], status: string): Record<string, unknown> {
  const event = events.find(({ data }) => data.status === status)
  return (event?.data['launch'] ?? {}) as Record<string, unknown>
}

runBench(main)
