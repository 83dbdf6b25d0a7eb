import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../testing/world'
import { lockDirectory } from './lock'

let directory = ''
beforeEach(() => (directory = temporaryDirectory()))
afterEach(() => rmSync(directory, { recursive: true }))

it('keeps a living process alone in its directory, and says what to do', () => {
  writeFileSync(join(directory, 'lock'), String(process.ppid))
  expect(() => lockDirectory(directory)).toThrow(/in use by process \d+.*LOCALNET_DATA_DIR/)
})

it('takes over the lock of a process that died, and gives its own back', () => {
  writeFileSync(join(directory, 'lock'), '999999999')
  const unlock = lockDirectory(directory)
  expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe(String(process.pid))
  unlock()
  lockDirectory(directory)()
})
