import { FAULTS } from './faults/catalogue'
import { HELP, readOptions } from './options'
import { isClean, reportOf } from './report'
import { runRolling } from './rolling'
import { runChaos } from './run'

const began = performance.now()
const print = (text: string) => process.stdout.write(`${text}\n`)
const say = (subject: string, text: string) =>
  print(`[${((performance.now() - began) / 1_000).toFixed(1).padStart(6)} s] ${subject.padEnd(12)} ${text}`)

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === null) {
    print(HELP)
    return 0
  }
  if (options.list) {
    print([...FAULTS.map(({ name }) => name), 'disk.full'].join('\n'))
    return 0
  }
  const stopping = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort())
  say('seed', options.seed)
  if (options.rolling) {
    const { clean, text } = await runRolling(options, say, stopping.signal)
    print(`\n${text}\n`)
    print(clean ? 'nothing was found' : 'FOUND: see above')
    return clean ? 0 : 1
  }
  const outcome = await runChaos(options, say, stopping.signal)
  print(`\n${reportOf(outcome)}\n`)
  print(isClean(outcome) ? 'nothing was found' : 'FOUND: see above')
  return isClean(outcome) ? 0 : 1
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(2)
  },
)
