import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Whether a process of this id exists and is not a zombie. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
  return stateOf(pid) !== 'Z'
}

/** When a process began, in a form good for comparing only: it tells a process from a later one with its id. */
export function beginningOf(pid) {
  if (process.platform === 'linux') return statOf(pid)?.[19]
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    return undefined
  }
}

/** The process that started this one, or undefined. */
export function parentOf(pid) {
  if (process.platform === 'linux') return Number(statOf(pid)?.[1]) || undefined
  try {
    return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' })) || undefined
  } catch {
    return undefined
  }
}

/** The command line of a process, or undefined where it can't be read. */
export function commandLineOf(pid) {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return undefined
  }
}

/** Sends each signal in turn, waiting up to `graceMs` after each, until the process is gone. */
export async function endProcess(pid, signals, graceMs) {
  for (const signal of signals) {
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    for (let waited = 0; waited < graceMs; waited += 50) {
      if (!isAlive(pid)) return
      await sleep(50)
    }
  }
}

function stateOf(pid) {
  return process.platform === 'linux' ? statOf(pid)?.[0] : undefined
}

/** The fields of /proc/<pid>/stat after the name in brackets, which may itself hold brackets and blanks. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
