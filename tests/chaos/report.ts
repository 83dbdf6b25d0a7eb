import { type Finding } from './audit/finding'
import { rolledBackForGood, type Records } from './audit/records'
import { type Placed } from './client'
import { type Injected } from './injector'

/** All that a run ends with. */
export interface Outcome {
  readonly seed: string
  readonly command: string
  readonly placed: readonly Placed[]
  readonly answers: ReadonlyMap<string, number>
  readonly records: Records
  readonly injected: readonly Injected[]
  readonly impossible: readonly { readonly name: string; readonly reason: string }[]
  readonly findings: readonly Finding[]
  readonly landed: number
  readonly unitsUnaccounted: bigint
  readonly streams: { readonly complete: number; readonly all: number }
  readonly deaths: readonly string[]
  /** What kept moving, what could not be broken or healed: the run itself did not come to its end. */
  readonly trouble: readonly string[]
}

type Cell = string | number

/** Columns aligned, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [head, ...rows].map((row) => row.map(String))
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const right = head.map((_, i) => rows.every((row) => typeof row[i] === 'number' || row[i] === '-'))
  return lines
    .map((line) =>
      line
        .map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function percentile(values: readonly number[], share: number): number | '-' {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? '-'
}

/** Per fault, how long after its healing the first order that came after it was confirmed. */
function recoveries(records: Records, injected: readonly Injected[]): Map<string, number[]> {
  const confirmed = [...records.orders.values()]
    .flatMap((order) => {
      const at = records.events.get(order.id)?.find(({ status }) => status === 'confirmed')?.at
      return at === undefined ? [] : [{ createdAt: order.createdAt, at }]
    })
    .sort((a, b) => a.createdAt - b.createdAt)
  const result = new Map<string, number[]>()
  for (const { name, healedAt } of injected) {
    const after = confirmed.filter(({ createdAt }) => createdAt >= healedAt).slice(0, 50)
    if (after.length === 0) continue
    const list = result.get(name) ?? []
    list.push(Math.min(...after.map(({ at }) => at)) - healedAt)
    result.set(name, list)
  }
  return result
}

function count<Item>(items: Iterable<Item>, of: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(of(item), (counts.get(of(item)) ?? 0) + 1)
  return counts
}

export function reportOf(outcome: Outcome): string {
  const { records, injected, findings, placed } = outcome
  const recovery = recoveries(records, injected)
  const times = count(injected, ({ name }) => name)
  const faults = [...times.keys()].sort().map((name) => {
    const took = recovery.get(name) ?? []
    return [name, times.get(name) ?? 0, percentile(took, 0.5), percentile(took, 0.99)]
  })
  const everything = [...recovery.values()].flat()
  const statuses = count(records.orders.values(), ({ status }) => status)
  const failures = count(
    [...records.orders.values()].filter(({ status }) => status === 'failed'),
    ({ failure }) => `failed ${failure}`,
  )
  const kinds = count(findings, ({ kind }) => kind)
  const events = [...records.events.values()].reduce((sum, list) => sum + list.length, 0)
  const rows: (readonly [string, Cell])[] = [
    ['faults injected', injected.length],
    ['recovery p50 / p99, ms', `${percentile(everything, 0.5)} / ${percentile(everything, 0.99)}`],
    ['orders accepted', placed.filter(({ orderId }) => orderId !== null).length],
    ['orders repeated by their client', placed.filter(({ tries }) => tries > 1).length],
    ...[...statuses].sort().map(([status, n]) => [status, n] as const),
    ...[...failures].sort().map(([name, n]) => [`  ${name}`, n] as const),
    ['confirmed, then rolled back for good', rolledBackForGood(records).size],
    ['settlements landed', outcome.landed],
    ['events', events],
    ['lost', (kinds.get('lost') ?? 0) + (kinds.get('not ended') ?? 0)],
    ['landed twice', kinds.get('landed twice') ?? 0],
    ['event-log gaps and illegal steps', (kinds.get('event log') ?? 0) + (kinds.get('cursor') ?? 0)],
    ['clients with a complete stream', `${outcome.streams.complete} / ${outcome.streams.all}`],
    ['units of any token unaccounted for', outcome.unitsUnaccounted.toString()],
    ['other findings', findings.filter(({ kind }) => !COUNTED.includes(kind)).length],
    ['processes that ended unasked', outcome.deaths.length],
    ['seed', outcome.seed],
  ]
  const parts = [
    table(['fault', 'times', 'recovery p50 ms', 'p99 ms'], faults),
    ...outcome.impossible.map(({ name, reason }) => `${name}: ${reason}`),
    table(['', ''], rows),
    table(
      ['answer', 'times'],
      [...outcome.answers].sort((a, b) => b[1] - a[1]).map(([answer, n]) => [answer, n]),
    ),
    ...outcome.deaths.map((death) => `ended unasked: ${death}`),
    ...outcome.trouble.map((what) => `trouble: ${what}`),
    ...findings.slice(0, 40).map((finding) => describe(finding, records)),
  ]
  if (findings.length > 0) parts.push(`${findings.length} findings. Again: ${outcome.command}`)
  return parts.join('\n\n')
}

const COUNTED = ['lost', 'not ended', 'landed twice', 'event log', 'cursor', 'stream', 'money']

function describe({ kind, orderId, what }: Finding, records: Records): string {
  if (orderId === null) return `FOUND ${kind}: ${what}`
  const log = (records.events.get(orderId) ?? [])
    .map(({ seq, status, at }) => `${seq} ${status} ${new Date(at).toISOString().slice(11, 23)}`)
    .join(', ')
  const attempts = records.attempts
    .filter((attempt) => attempt.orderId === orderId)
    .map(
      ({ attempt, status, signature, code }) =>
        `${attempt} ${status} ${signature ?? 'unsigned'} ${code ?? ''}`,
    )
    .join('; ')
  return `FOUND ${kind}: order ${orderId}: ${what}\n  events: ${log}\n  attempts: ${attempts}`
}

/** Whether anything was found, or the run did not come to its end. */
export function isClean({ findings, deaths, trouble }: Outcome): boolean {
  return findings.length === 0 && deaths.length === 0 && trouble.length === 0
}
