import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const root = mkdtempSync(join(tmpdir(), 'fillstream-run-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Calls a function of scripts/lib/run-folder.mjs in a process of its own, and gives what it returns. */
function call(name: string, ...args: readonly string[]): string {
  const module = JSON.stringify(join(__dirname, 'lib/run-folder.mjs'))
  const given = args.map((arg) => JSON.stringify(arg)).join(', ')
  const script = `import { ${name} } from ${module}; console.log(${name}(${given}))`
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()
}

test('a run has a folder of its own, and removes what killed runs of its kind have left', () => {
  const data = join(root, '.data')
  const killed = spawnSync(process.execPath, ['-e', '']).pid
  const left = [`bench-${killed}`, `test-${killed}`, `bench-${process.pid}`, 'bench', 'bench-reports']
  for (const name of left) mkdirSync(join(data, name, 'postgres'), { recursive: true })
  const folder = call('openRunFolder', root, 'bench')
  expect(readdirSync(data).sort()).toEqual([...left.slice(1), basename(folder)].sort())
  writeFileSync(join(folder, 'log'), '')
  call('removeRunFolder', folder)
  expect(readdirSync(data).sort()).toEqual(left.slice(1).sort())
})
