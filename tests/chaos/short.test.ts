import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { FAULTS } from './faults/catalogue'

const ROOT = resolve(__dirname, '../..')

/** A chaos run as its command does it, to its end. */
function chaos(...args: string[]): Promise<{ code: number | null; output: string }> {
  const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs')
  const command = [tsx, '--tsconfig', 'tsconfig.tests.json', 'tests/chaos/main.ts', ...args]
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += String(part)))
  return new Promise((done) => child.once('exit', (code) => done({ code, output })))
}

test('a minute of every kind of fault: nothing lost, nothing twice, nothing unaccounted for', async () => {
  const { code, output } = await chaos(
    '--seed',
    'npm test',
    '--minutes',
    '1',
    '--rate',
    '10',
    '--pause-ms',
    '1300',
  )
  const injected = FAULTS.filter(({ name }) =>
    new RegExp(`^${name.replaceAll('.', '\\.')} +\\d`, 'm').test(output),
  )
  expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
  expect(injected.map(({ name }) => name)).toEqual(FAULTS.map(({ name }) => name))
}, 600_000)
