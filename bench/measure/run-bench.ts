import { parseArgs } from 'node:util'
import { print } from './report'

/** What an argument is by default, and in the short version of the bench (`--quick`). */
export interface Argument {
  readonly full: number
  readonly quick: number
}

/**
 * The arguments of a bench, by place (`pnpm bench pipeline 8000 3`) or by name (`pnpm bench pipeline rounds=5`), in the order of
 * `known`; words that are neither (the names of sections) are handed back.
 */
export function readArguments<Name extends string>(
  known: Readonly<Record<Name, Argument>>,
  argv: readonly string[] = process.argv.slice(2),
): { readonly [N in Name]: number } & { readonly quick: boolean; readonly words: readonly string[] } {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { quick: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const names = Object.keys(known) as Name[]
  const chosen = Object.fromEntries(
    names.map((name) => [name, values.quick ? known[name].quick : known[name].full]),
  ) as Record<Name, number>
  const words: string[] = []
  let place = 0
  for (const text of positionals) {
    const [name, value] = text.includes('=') ? text.split('=') : [names[place], text]
    if (Number.isNaN(Number(value)) || value === '') words.push(text)
    else if (name === undefined || !names.includes(name as Name))
      throw new Error(`${text}: there are the arguments ${names.join(', ')}`)
    else chosen[name as Name] = Number(value)
    if (!text.includes('=') && !Number.isNaN(Number(text))) place += 1
  }
  return { ...chosen, quick: values.quick, words }
}

/**
 * The whole of a bench: runs it and ends the process, with 1 where it failed or took longer than `limitSeconds`. What it has
 * started ends with it: the services and yardsticks hang on pipes of this process.
 */
export function runBench(main: () => Promise<void>, limitSeconds = 900): void {
  const limit = setTimeout(() => {
    process.stderr.write(`not done after ${limitSeconds} s: given up\n`)
    process.exit(1)
  }, limitSeconds * 1_000)
  const began = performance.now()
  main().then(
    () => {
      clearTimeout(limit)
      print(`(took ${Math.round((performance.now() - began) / 1_000)} s)`)
      process.exit()
    },
    (error: unknown) => {
      process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`)
      process.exit(1)
    },
  )
}

/** Closes everything, the newest first, also where one fails to close; then rejects with the first failure. */
export async function closeAll(open: readonly { close(): Promise<void> }[]): Promise<void> {
  const failures: unknown[] = []
  for (const one of open.toReversed()) await one.close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
