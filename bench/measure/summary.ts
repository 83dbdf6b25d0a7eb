import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { formatRatio, print, printTable, reportFile, type Report, type Row } from './report'

/*
 * One table of the benches that have just run, and in the short version what has moved since the last release.
 * `scripts/bench.mjs` calls it: `summary.ts [--quick] [--store] name ...`
 */
const LAST_RELEASE = resolve(__dirname, '../last-release.json')
/** Two runs of one commit differ by less, most of the time. */
const NOISE = 0.25

/** Ratios by bench and row. */
interface Release {
  readonly machine: string
  readonly commit: string
  readonly ratios: Readonly<Record<string, Readonly<Record<string, number>>>>
}

function main(args: readonly string[]): void {
  const names = args.filter((arg) => !arg.startsWith('--'))
  const reports = names
    .map(reportFile)
    .filter(existsSync)
    .map(read<Report>)
  if (names.length > 1) printTable(reports)
  if (!args.includes('--quick')) return
  const last = existsSync(LAST_RELEASE) ? read<Release>(LAST_RELEASE) : null
  if (args.includes('--store')) store(reports, last)
  else if (last === null)
    print('There is no bench/last-release.json: `pnpm bench --quick --store` writes it.')
  else compare(reports, last)
}

const read = <Content>(file: string) => JSON.parse(readFileSync(file, 'utf8')) as Content

const keyOf = ({ what, against }: Row) => `${what}, of ${against ?? 'the floor'}`

function ratiosOf({ rows }: Report): Record<string, number> {
  return Object.fromEntries(
    rows.flatMap((row) => (row.ratio === undefined ? [] : [[keyOf(row), Number(row.ratio.toPrecision(4))]])),
  )
}

function store(reports: readonly Report[], last: Release | null): void {
  const [one] = reports
  if (one === undefined) return
  const ratios = {
    ...last?.ratios,
    ...Object.fromEntries(reports.map((each) => [each.name, ratiosOf(each)])),
  }
  const release: Release = { machine: one.machine, commit: one.commit, ratios }
  writeFileSync(LAST_RELEASE, `${JSON.stringify(release, null, 2)}\n`)
  print(`\nStored in bench/last-release.json: the ratios of ${reports.map(({ name }) => name).join(', ')}.`)
}

function compare(reports: readonly Report[], last: Release): void {
  const moved: string[] = []
  let compared = 0
  for (const { name, rows } of reports)
    for (const row of rows) {
      const before = last.ratios[name]?.[keyOf(row)]
      if (before === undefined || row.ratio === undefined) continue
      compared += 1
      const change = row.ratio / before - 1
      // A third of it and three times it are as far away.
      if (Math.abs(Math.log(row.ratio / before)) <= Math.log(1 + NOISE)) continue
      moved.push(
        `  ${name}: ${keyOf(row)}: ${formatRatio(before)} -> ${formatRatio(row.ratio)} (${change > 0 ? '+' : ''}${Math.round(change * 100)} %${verdictOn(row, change)})`,
      )
    }
  if (compared === 0) return print('\nThe last release has none of these ratios.')
  print(`\nSince the last release (commit ${last.commit}, ${last.machine}):`)
  print(
    moved.length === 0
      ? `  all ${compared} ratios within ${NOISE * 100} %`
      : `${moved.join('\n')}\n  the other ${compared - moved.length} within ${NOISE * 100} %`,
  )
}

/** A ratio with a target says by it which way is better. */
function verdictOn({ target }: Row, change: number): string {
  if (target?.startsWith('>=')) return change > 0 ? ', better' : ', worse'
  if (target?.startsWith('<=')) return change < 0 ? ', better' : ', worse'
  return ''
}

main(process.argv.slice(2))
