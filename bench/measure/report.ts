import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join, resolve } from 'node:path'

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
  { format, atLeast, atMost }: { readonly format: (value: number) => string } & Partial<Bounds>,
): Row {
  const ratio = value / floor.value
  const row = { what, value: format(value), ratio, against: floor.name, floor: format(floor.value) }
  if (atLeast !== undefined) return { ...row, target: `>= ${atLeast}x`, met: ratio >= atLeast }
  if (atMost !== undefined) return { ...row, target: `<= ${atMost}x`, met: ratio <= atMost }
  return row
}

/** Of a ratio. */
interface Bounds {
  readonly atLeast: number
  readonly atMost: number
}

export const perSecond = (value: number) => `${Math.round(value)}/s`
export const inMs = (value: number) => `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`
export const inMicros = (value: number) => `${Math.round(value)} us`
export const inMiB = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`

const ROOT = resolve(__dirname, '../..')

/** The value in the middle (the upper one of two). */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Prints the rows as a table and writes them to `.data/bench/<name>.json`, with machine and commit. */
export function report(name: string, rows: readonly Row[]): void {
  const columns = rows.map((row) => [
    row.what,
    row.value,
    row.ratio === undefined
      ? ''
      : `${formatRatio(row.ratio)} of ${row.against ?? 'the floor'}${row.floor === undefined ? '' : ` (${row.floor})`}`,
    row.target === undefined
      ? ''
      : `${row.target}${row.met === undefined ? '' : row.met ? ': met' : ': MISSED'}`,
  ])
  const head = [name, 'value', 'ratio', 'target']
  const widths = head.map((title, i) => Math.max(title.length, ...columns.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  print('')
  print(line(head))
  print(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
  for (const row of columns) print(line(row))
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
  print(`(${machine}; commit ${commit()}; all on one machine)`)
  const folder = join(ROOT, '.data/bench')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify({ name, machine, commit: commit(), rows }, null, 2)}\n`,
  )
}

function formatRatio(ratio: number): string {
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
