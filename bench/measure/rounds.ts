import { median, print } from './report'

/** Something measured in every round, such as orders a second. */
export interface Contestant {
  readonly name: string
  run(): Promise<number>
}

/**
 * Runs all contestants once a round, in turn forwards and backwards, so that a machine that grows slower or faster in the meantime
 * favours none. Returns the median of each.
 */
export async function runRounds(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<ReadonlyMap<string, number>> {
  const results = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % 2 === 0 ? contestants : contestants.toReversed()
    for (const { name, run } of turn) results.get(name)?.push(await run())
    print(
      `  round ${round + 1}: ${contestants.map(({ name }) => `${name} ${Math.round(results.get(name)?.at(-1) ?? 0)}`).join(', ')}`,
    )
  }
  return new Map([...results].map(([name, values]) => [name, median(values)]))
}
