import { spawn } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beginningOf, endProcess, isAlive } from './processes.mjs'

/** A little more than the services allow themselves. */
const GRACE_MS = 12_000
const LOG_LIMIT_BYTES = 64 * 1024 * 1024
const TAIL_BYTES = 8_192

/**
 * Keeps the processes of one launcher: each writes to a log file of its own and is in a process group of its own, so
 * that a Ctrl-C reaches the launcher alone, which then stops them in order. They are also written down in `recordFile`
 * and told to a reaper, so that neither a killed launcher nor a killed reaper leaves one behind for good.
 */
export function createChildren({ logDir, recordFile }) {
  mkdirSync(logDir, { recursive: true })
  const running = new Map()
  let reaper

  const record = () => {
    const list = [...running.values()].map(({ name, pid, began, signals, rank }) => ({
      name,
      pid,
      began,
      signals,
      rank,
    }))
    writeFileSync(recordFile, JSON.stringify(list))
  }
  const tell = (message) => {
    reaper ??= startReaper()
    reaper.stdin.write(`${JSON.stringify(message)}\n`)
  }

  /**
   * Starts a process. `signals` are sent in turn to stop it, `rank` is the order in which the reaper stops it.
   * Returns `{name, pid, logFile, exited, running(), kill(signal), stop(), logTail()}`.
   */
  function start({ name, command, args, env, cwd, uid, gid, signals = ['SIGTERM', 'SIGKILL'], rank = 0 }) {
    const logFile = join(logDir, `${name}.log`)
    const log = openSync(logFile, 'a')
    const child = spawn(command, args, { cwd, env, uid, gid, stdio: ['ignore', log, log], detached: true })
    closeSync(log)
    const exited = new Promise((resolve) => {
      const end = (outcome) => {
        if (running.delete(child.pid)) {
          tell({ remove: child.pid })
          record()
        }
        resolve(outcome)
      }
      child.once('error', (error) => end({ code: null, signal: null, error }))
      child.once('exit', (code, signal) => end({ code, signal }))
    })
    if (child.pid !== undefined) {
      tell({ add: { pid: child.pid, signals, rank } })
      running.set(child.pid, { name, pid: child.pid, began: beginningOf(child.pid), signals, rank })
      record()
    }
    const isRunning = () => running.has(child.pid)
    return {
      name,
      pid: child.pid,
      logFile,
      exited,
      running: isRunning,
      kill: (signal) => isRunning() && process.kill(child.pid, signal),
      async stop() {
        if (!isRunning()) return
        await endProcess(child.pid, signals, GRACE_MS)
        await exited
      },
      logTail: (lines = 15) => tailOf(logFile, lines),
    }
  }

  /** Has the reaper stop a process that someone else has started and stops himself. */
  function adopt(child, name) {
    const signals = ['SIGTERM', 'SIGKILL']
    tell({ add: { pid: child.pid, signals, rank: 0 } })
    running.set(child.pid, { name, pid: child.pid, began: beginningOf(child.pid), signals, rank: 0 })
    record()
    child.once('exit', () => {
      running.delete(child.pid)
      tell({ remove: child.pid })
      record()
    })
  }

  /** Ends the reaper; whatever still runs is stopped by it. */
  async function close() {
    clearInterval(trimming)
    if (reaper === undefined) return
    const gone = new Promise((resolve) => reaper.once('exit', resolve))
    reaper.ref()
    reaper.stdin.end()
    await gone
    rmSync(recordFile, { force: true })
  }

  const trimming = setInterval(() => {
    for (const { name } of running.values()) trim(join(logDir, `${name}.log`))
  }, 30_000).unref()

  return { start, adopt, close }
}

/** Stops what an earlier launcher left running: it and its reaper were both killed. */
export async function stopLeftovers(recordFile, say) {
  let list
  try {
    list = JSON.parse(readFileSync(recordFile, 'utf8'))
  } catch {
    return
  }
  const alive = list
    .filter(({ pid, began }) => isAlive(pid) && beginningOf(pid) === began)
    .sort((a, b) => a.rank - b.rank)
  for (const { name, pid, signals } of alive) {
    say(`stopping ${name} (process ${pid}), left by an earlier run`)
    await endProcess(pid, signals, GRACE_MS)
  }
  rmSync(recordFile, { force: true })
}

/** Sets the log of the last run aside, so that the new one begins empty. */
export function turnLogs(logDir) {
  rmSync(`${logDir}.previous`, { recursive: true, force: true })
  try {
    renameSync(logDir, `${logDir}.previous`)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function startReaper() {
  const script = join(dirname(fileURLToPath(import.meta.url)), 'reaper.mjs')
  const reaper = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  reaper.stdin.on('error', () => {})
  reaper.unref()
  return reaper
}

/** The writers append, so a log cut to nothing goes on from its beginning. */
function trim(file) {
  try {
    if (statSync(file).size > LOG_LIMIT_BYTES) truncateSync(file)
  } catch {
    // A log that can't be cut is no reason to stop anything.
  }
}

function tailOf(file, lines) {
  try {
    return readFileSync(file, 'utf8').slice(-TAIL_BYTES).trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return ''
  }
}
