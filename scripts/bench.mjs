// `pnpm bench [name] [arguments]`: measures what a claim rests on and prints a table; `bench/<name>.ts` says what. Without a name: all,
// one after the other. `--quick`: short versions, compared with the last release (`--store` makes these the last release's).
import { readdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const { bootstrap } = await import('./lib/bootstrap.mjs')
const { createProgress } = await import('./lib/progress.mjs')
const { whenAskedToStop } = await import('./lib/shutdown.mjs')

/** Of one bench among all; each gives up by itself before that. One that is asked for alone has its own limit. */
const LIMIT_MS = 20 * 60_000

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const args = process.argv.slice(2)
const store = args.includes('--store')
const quick = store || args.includes('--quick')
const flags = [...(quick ? ['--quick'] : []), ...(store ? ['--store'] : [])]
const [name, ...rest] = args.filter((arg) => arg !== '--quick' && arg !== '--store')
const known = readdirSync(join(root, 'bench')).flatMap((file) => /^(.*)\.ts$/.exec(file)?.[1] ?? [])
if (name !== undefined && !known.includes(name)) {
  process.stderr.write(`pnpm bench [${known.join('|')}] [--quick [--store]] [arguments]\n`)
  process.exit(2)
}
const wanted = name === undefined ? known : [name]
const progress = createProgress()
const signal = whenAskedToStop({
  onAsk: () => progress.print('\nStopping.'),
  onForce: () => process.exit(130),
})
await bootstrap({ root, env: process.env, progress, signal })
const { startBacking } = await import('./lib/backing.mjs')
const { run } = await import('./lib/commands.mjs')
const { openRunFolder, removeRunFolder } = await import('./lib/run-folder.mjs')
const compiled = await run(join(root, 'node_modules/.bin/tsc'), ['-b', 'bench'], {
  cwd: root,
  env: process.env,
  signal,
})
if (!compiled.ok) throw new Error(compiled.output)

const reports = join(root, '.data/bench', quick ? 'quick' : '')
const tsx = [join(root, 'node_modules/tsx/dist/cli.mjs'), '--tsconfig', 'tsconfig.tests.json']
const runTypeScript = (file, given, env, stop = signal) =>
  run(process.execPath, [...tsx, file, ...given], {
    cwd: root,
    env: { ...process.env, BENCH_REPORTS: reports, ...env },
    signal: stop,
    inherit: true,
  })

/** Runs a bench on a Postgres and a Redis of its own; whether it came to its end. */
async function bench(name) {
  rmSync(join(reports, `${name}.json`), { force: true })
  const dataDir = openRunFolder(root, 'bench')
  const backing = await startBacking({ root, dataDir, progress, signal })
  try {
    const given = quick ? ['--quick', ...rest] : rest
    const stop = wanted.length === 1 ? signal : AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
    return (await runTypeScript(`bench/${name}.ts`, given, { ...backing.env, ...backing.pids }, stop)).ok
  } finally {
    await backing.close()
    removeRunFolder(dataDir)
  }
}

const failed = []
for (const one of wanted) {
  if (wanted.length > 1) progress.say('bench', one)
  const ok = await bench(one).catch((error) => {
    if (!signal.aborted) process.stderr.write(`${one}: ${error.stack ?? error}\n`)
    return false
  })
  if (signal.aborted) process.exit(130)
  if (!ok) failed.push(one)
}
const done = wanted.filter((one) => !failed.includes(one))
if (done.length > 0) await runTypeScript('bench/measure/summary.ts', [...flags, ...done], {})
if (failed.length > 0) progress.print(`\nFailed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
