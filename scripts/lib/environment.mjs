import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { Failure } from './failure.mjs'

/** The processes run in another folder. */
const PATHS = ['WALLET_MASTER_KEY_FILE', 'LOCALNET_DATA_DIR']
const READ_FROM_FILES = ['DATABASE_URL', 'REDIS_URL', 'BOOTSTRAP_API_KEY']

/**
 * The environment, over what `.env` says; an empty value counts as not given. Files named by `..._FILE` are read,
 * except the wallet's master key, of which only the path goes on.
 */
export function readEnvironment(root, env = process.env) {
  const file = join(root, '.env')
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
  const given = Object.entries({ ...fromFile, ...env }).filter(
    ([, value]) => value !== undefined && value !== '',
  )
  const read = Object.fromEntries(given)
  for (const name of PATHS) if (read[name] !== undefined) read[name] = resolve(root, read[name])
  for (const name of READ_FROM_FILES) {
    const path = read[`${name}_FILE`]
    delete read[`${name}_FILE`]
    if (path !== undefined) read[name] ??= readSecret(`${name}_FILE`, resolve(root, path))
  }
  return read
}

function readSecret(name, path) {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new Failure(`${name}: can't read ${path} (${error.code}).`)
  }
}
