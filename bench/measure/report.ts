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
  readonly target?: string
  /** Whether the target is met; left out where there is none. */
  readonly met?: boolean
}

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
    row.ratio === undefined ? '' : `${formatRatio(row.ratio)} of ${row.against ?? 'the floor'}`,
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
