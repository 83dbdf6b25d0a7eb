import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { removeData } from './postgres-files.mjs'
import { isAlive } from './processes.mjs'

/** Makes the folder of one run, `<kind>-<process>` below `.data`, and removes what killed runs of the kind have left. */
export function openRunFolder(root, kind) {
  const parent = join(root, '.data')
  for (const name of existsSync(parent) ? readdirSync(parent) : []) {
    const pid = name.startsWith(`${kind}-`) ? Number(name.slice(kind.length + 1)) : Number.NaN
    if (Number.isInteger(pid) && !isAlive(pid)) removeRunFolder(join(parent, name))
  }
  const folder = join(parent, `${kind}-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Removes the folder and its Postgres, which may lie elsewhere. */
export function removeRunFolder(folder) {
  removeData(join(folder, 'postgres'))
  rmSync(folder, { recursive: true, force: true })
}
