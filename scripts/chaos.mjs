// `pnpm chaos`: breaks everything and audits what is left. See `pnpm chaos --help`.
import { spawn } from 'node:child_process'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const { bootstrap } = await import('./lib/bootstrap.mjs')
const { createProgress } = await import('./lib/progress.mjs')

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
await bootstrap({ root, env: process.env, progress: createProgress() })
const command = ['tsx/dist/cli.mjs', '--tsconfig', 'tsconfig.tests.json', 'tests/chaos/main.ts']
const args = [join(root, 'node_modules', command[0]), ...command.slice(1), ...process.argv.slice(2)]
const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.once('exit', (code) => process.exit(code ?? 1))
