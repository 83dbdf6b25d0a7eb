import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Failure } from './failure.mjs'

const TAIL_LINES = 40

/**
 * Runs a command to its end, in a process group of its own so that an abort reaches its children too.
 * `onLine` hears every line it prints; the last lines are returned for the case that it fails.
 */
export function run(
  command,
  args,
  { cwd, env = process.env, uid, gid, onLine, signal, inherit = false } = {},
) {
  return new Promise((resolve, reject) => {
    const stdio = inherit ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe']
    const child = spawn(command, args, { cwd, env, uid, gid, stdio, detached: true })
    const tail = []
    const hear = (line) => {
      tail.push(line)
      if (tail.length > TAIL_LINES) tail.shift()
      onLine?.(line)
    }
    if (!inherit)
      for (const pipe of [child.stdout, child.stderr]) createInterface({ input: pipe }).on('line', hear)
    const abort = () => killGroup(child.pid, 'SIGTERM')
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    child.on('error', (error) => {
      signal?.removeEventListener('abort', abort)
      reject(error.code === 'ENOENT' ? new Failure(`${command} is not installed, or not on PATH.`) : error)
    })
    child.on('close', (code, killedBy) => {
      signal?.removeEventListener('abort', abort)
      resolve({ code, killedBy, ok: code === 0, output: tail.join('\n') })
    })
  })
}

/** Sends a signal to a process and to all of its group, if they are still there. */
export function killGroup(pid, signal) {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

/** The full path of a program on PATH, or undefined. */
export function onPath(program, path = process.env.PATH ?? '') {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue
    try {
      accessSync(join(folder, program), constants.X_OK)
      return join(folder, program)
    } catch {
      continue
    }
  }
  return undefined
}
