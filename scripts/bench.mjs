// `pnpm bench <name>`: measures what a claim rests on and prints a table. `bench/<name>.ts` says what.
import { mkdirSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const { bootstrap } = await import('./lib/bootstrap.mjs')
const { createProgress } = await import('./lib/progress.mjs')
const { whenAskedToStop } = await import('./lib/shutdown.mjs')

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const [name, ...rest] = process.argv.slice(2)
const known = readdirSync(join(root, 'bench')).flatMap((file) => /^(.*)\.ts$/.exec(file)?.[1] ?? [])
if (!known.includes(name)) {
  process.stderr.write(`pnpm bench ${known.join('|')} [arguments]\n`)
  process.exit(2)
}
const progress = createProgress()
const signal = whenAskedToStop({
  onAsk: () => progress.print('\nStopping.'),
  onForce: () => process.exit(130),
})
await bootstrap({ root, env: process.env, progress, signal })
const { startBacking } = await import('./lib/backing.mjs')
const { run } = await import('./lib/commands.mjs')
const compiled = await run(join(root, 'node_modules/.bin/tsc'), ['-b', 'bench'], {
  cwd: root,
  env: process.env,
  signal,
})
if (!compiled.ok) throw new Error(compiled.output)
const dataDir = join(root, '.data', `bench-${process.pid}`)
mkdirSync(dataDir, { recursive: true })
const backing = await startBacking({ root, dataDir, progress, signal })
try {
  const command = [
    join(root, 'node_modules/tsx/dist/cli.mjs'),
    '--tsconfig',
    'tsconfig.tests.json',
    `bench/${name}.ts`,
  ]
  const env = { ...process.env, ...backing.env, ...backing.pids }
  const { ok } = await run(process.execPath, [...command, ...rest], { cwd: root, env, signal, inherit: true })
  process.exitCode = ok ? 0 : 1
} finally {
  await backing.close()
}
process.exit()
