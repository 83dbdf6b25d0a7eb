import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** A figure of a run; `ratio` where it stands beside a floor of the same run. */
export interface Row {
  readonly what: string
  readonly value: string
  /** Of what was reached to the floor named in `against`. */
  readonly ratio?: number
  readonly against?: string
  /** What the floor reached. */
  readonly floor?: string
  readonly target?: string
  /** Whether the target is met; left out where there is none. */
  readonly met?: boolean
}

/** A row that says how large `value` is beside `floor`, of the same run and in the same unit, and whether that meets the target. */
export function beside(
  what: string,
  value: number,
  floor: { readonly name: string; readonly value: number },
  { format, ratio = value / floor.value, atLeast, atMost }: BesideOptions,
): Row {
  const row = { what, value: format(value), ratio, against: floor.name, floor: format(floor.value) }
  if (atLeast !== undefined) return { ...row, target: `>= ${atLeast}x`, met: ratio >= atLeast }
  if (atMost !== undefined) return { ...row, target: `<= ${atMost}x`, met: ratio <= atMost }
  return row
}

export interface BesideOptions {
  readonly format: (value: number) => string
  /** Where it is not that of the two values. */
  readonly ratio?: number
  /** What the ratio should be. */
  readonly atLeast?: number
  readonly atMost?: number
}

export const perSecond = (value: number) => `${Math.round(value)}/s`
export const inMs = (value: number) => `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`
export const inMicros = (value: number) => `${Math.round(value)} us`
export const inMiB = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`

const ROOT = resolve(__dirname, '../..')

/** The value in the middle, or between the two there. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.floor(sorted.length / 2))) / 2
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** What a bench has found, as it lies in a file. */
export interface Report {
  readonly name: string
  readonly machine: string
  readonly commit: string
  readonly rows: readonly Row[]
}

/** Where reports lie; `scripts/bench.mjs` says so. */
export function reportFile(name: string): string {
  return join(process.env['BENCH_REPORTS'] ?? join(ROOT, '.data/bench'), `${name}.json`)
}

/** Prints the rows as a table and writes them to a file, with machine and commit. */
export function report(name: string, rows: readonly Row[]): void {
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  const found: Report = { name, machine, commit: commit(), rows }
  printTable([found])
  const file = reportFile(name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`)
}

/** One table of several reports. */
export function printTable(reports: readonly Report[]): void {
  const several = reports.length > 1
  const columns = reports.flatMap(({ name, rows }) =>
    rows.map((row) => [...(several ? [name] : []), ...cellsOf(row)]),
  )
  const head = [...(several ? ['bench', ''] : [reports[0]?.name ?? '']), 'value', 'ratio', 'target']
  const widths = head.map((title, i) => Math.max(title.length, ...columns.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  print('')
  print(line(head))
  print(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
  for (const row of columns) print(line(row))
  for (const from of new Set(reports.map(({ machine, commit }) => `${machine}; commit ${commit}`)))
    print(`(${from}; all on one machine)`)
}

function cellsOf({ what, value, ratio, against = 'the floor', floor, target, met }: Row): string[] {
  const reached = floor === undefined ? '' : ` (${floor})`
  return [
    what,
    value,
    ratio === undefined ? '' : `${formatRatio(ratio)} of ${against}${reached}`,
    target === undefined ? '' : `${target}${met === undefined ? '' : met ? ': met' : ': MISSED'}`,
  ]
}

export function formatRatio(ratio: number): string {
  return `${ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}x`
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with changes'}`
  } catch {
    return 'unknown'
  }
}
