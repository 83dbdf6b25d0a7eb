import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beginningOf, isAlive } from './processes.mjs'

/**
 * Takes a lock file for this process. Returns `{release}`, or `{holder}`, the id of the living process that has it.
 * A lock whose process is gone is taken over.
 */
export function takeLock(file) {
  mkdirSync(dirname(file), { recursive: true })
  const mine = `${file}.${process.pid}`
  // Linked, not written in place: nobody may see the lock without its holder.
  writeFileSync(mine, JSON.stringify({ pid: process.pid, began: beginningOf(process.pid) }))
  try {
    for (;;) {
      try {
        linkSync(mine, file)
        return { release: () => rmSync(file, { force: true }) }
      } catch (error) {
        if (error.code !== 'EEXIST') throw error
      }
      const holder = readHolder(file)
      if (holder !== undefined) return { holder }
      rmSync(file, { force: true })
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

function readHolder(file) {
  try {
    const { pid, began } = JSON.parse(readFileSync(file, 'utf8'))
    return isAlive(pid) && beginningOf(pid) === began ? pid : undefined
  } catch {
    return undefined
  }
}
