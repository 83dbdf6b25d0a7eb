import { median, print } from './report'

/** What was measured at once, by name, such as orders a second. */
export type Figures = Readonly<Record<string, number>>

/** Something measured in every round. */
export interface Contestant {
  readonly name: string
  run(): Promise<Figures>
}

/** The middle one of the rounds' values; throws where there is none. */
export type Medians = (contestant: string, figure: string) => number

/**
 * Runs all contestants once a round, in turn forwards and backwards, so that a machine that grows slower or faster in the meantime
 * favours none.
 */
export async function runRounds(contestants: readonly Contestant[], rounds: number): Promise<Medians> {
  const results = new Map<string, Figures[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % 2 === 0 ? contestants : contestants.toReversed()
    for (const contestant of turn) results.get(contestant.name)?.push(await contestant.run())
    const told = contestants.map(({ name }) => `${name} ${formatFigures(results.get(name)?.at(-1) ?? {})}`)
    print(`  round ${round + 1}: ${told.join('; ')}`)
  }
  return (contestant, figure) => {
    const values = results.get(contestant)?.flatMap((figures) => figures[figure] ?? []) ?? []
    if (values.length === 0) throw new Error(`${contestant} has no ${figure}`)
    return median(values)
  }
}

function formatFigures(figures: Figures): string {
  const format = (value: number) => (Math.abs(value) < 10 ? value.toFixed(2) : String(Math.round(value)))
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${format(value)}`)
    .join(', ')
}
