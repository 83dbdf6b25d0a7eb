import { setTimeout as delay } from 'node:timers/promises'
import { type EventMessage, type OrderView } from '@fillstream/types'
import { createApi, openStream, type Api, type StreamClient } from '../tests/support/api'
import { startStack, type Stack } from '../tests/support/stack'

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
  const count = Number(process.argv[2] ?? 200)
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
    report(stream, snipes)
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

function report(stream: StreamClient, snipes: readonly Snipe[]): void {
  const told = snipes.map((snipe) => ({ ...snipe, events: stream.events(snipe.orderId) }))
  const good = told.filter(({ kind }) => kind === 'good')
  const bought = good.filter(({ events }) => events.at(-1)?.data.status === 'confirmed')
  print(`good: ${bought.length} of ${good.length} bought`)
  const others = good.filter((each) => !bought.includes(each))
  for (const { events } of others) print(`  not bought: ${JSON.stringify(events.at(-1)?.data)}`)

  const toSubmitted = bought.map(({ events }) => launchOf(events, 'confirmed')['openToSubmittedMs'])
  const waited = toSubmitted.filter((ms) => typeof ms === 'number')
  print(
    `  from the slot before the opening to submitted: p50 ${at(waited, 0.5)} ms, p99 ${at(waited, 0.99)} ms; within a slot: ${waited.filter((ms) => ms <= SLOT_MS).length} of ${bought.length}`,
  )
  const fromLaunch = bought.map(({ events }) => Number(launchOf(events, 'confirmed')['launchToSubmittedMs']))
  print(
    `  from the launch to that: p50 ${at(fromLaunch, 0.5)} ms (it opens ${OPEN_IN_MS} ms after the launch)`,
  )
  const slots = bought.map(({ events }) => Number(launchOf(events, 'confirmed')['openToLandedSlots']))
  for (const slot of [...new Set(slots)].sort((a, b) => a - b))
    print(`  landed ${slot} slots after the opening slot: ${slots.filter((each) => each === slot).length}`)

  for (const kind of BAD_KINDS) {
    const those = told.filter((each) => each.kind === kind)
    const right = those.filter(({ events }) => isRefusedFor(events, BAD[kind]))
    print(`${kind}: ${right.length} of ${those.length} refused, for ${BAD[kind]} alone`)
  }
  const signed = told.filter(
    ({ kind, events }) => kind !== 'good' && events.some(({ data }) => data.status === 'submitted'),
  )
  print(`bad ones submitted: ${signed.length}`)
}

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

function at(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 1
})
