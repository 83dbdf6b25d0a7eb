import { beside, median, print, type BesideOptions, type Row } from './report'

/** What was measured at once, by name, such as orders a second. */
export type Figures = Readonly<Record<string, number>>

/** Something measured in every round. */
export interface Contestant {
  readonly name: string
  run(): Promise<Figures>
}

/** What the rounds have come to. */
export interface Rounds {
  /** The middle one of a figure's values; throws where there is none. */
  median(contestant: string, figure: string): number
  /**
   * A row that says how large a figure is beside that of another contestant. The ratio is the middle one of the rounds' own: what was
   * measured one after the other is compared, not what a machine could do at its best with what it could at its worst.
   * @param floor the other contestant, and what the table calls it
   */
  beside(
    what: string,
    figure: string,
    contestant: string,
    floor: { readonly contestant: string; readonly name: string },
    options: BesideOptions,
  ): Row
}

/**
 * Runs all contestants once a round, in turn forwards and backwards, so that a machine that grows slower or faster in the meantime
 * favours none.
 */
export async function runRounds(contestants: readonly Contestant[], rounds: number): Promise<Rounds> {
  const results = new Map<string, Figures[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % 2 === 0 ? contestants : contestants.toReversed()
    for (const contestant of turn) results.get(contestant.name)?.push(await contestant.run())
    const told = contestants.map(({ name }) => `${name} ${formatFigures(results.get(name)?.at(-1) ?? {})}`)
    print(`  round ${round + 1}: ${told.join('; ')}`)
  }
  const values = (contestant: string, figure: string): number[] => {
    const found = results.get(contestant)?.flatMap((figures) => figures[figure] ?? []) ?? []
    if (found.length === 0) throw new Error(`${contestant} has no ${figure}`)
    return found
  }
  return {
    median: (contestant, figure) => median(values(contestant, figure)),
    beside(what, figure, contestant, floor, options) {
      const [ours, theirs] = [values(contestant, figure), values(floor.contestant, figure)]
      const ratio = median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)))
      return beside(what, median(ours), { name: floor.name, value: median(theirs) }, { ...options, ratio })
    },
  }
}

function formatFigures(figures: Figures): string {
  const format = (value: number) => (Math.abs(value) < 10 ? value.toFixed(2) : String(Math.round(value)))
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${format(value)}`)
    .join(', ')
}
