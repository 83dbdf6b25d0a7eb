import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const hex = (bytes) => randomBytes(bytes).toString('hex')

/** An API key in the form the gateway knows: a public id and a secret. */
export const newApiKey = () => `fs_${hex(8)}.${hex(32)}`
export const newMasterKey = () => hex(32)
export const newPassword = () => hex(16)

/** The secret kept in a file that only its owner reads; made on first use. */
export function keptSecret(file, make) {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  mkdirSync(dirname(file), { recursive: true })
  const secret = make()
  rmSync(file, { force: true })
  writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return secret
}
