// The launcher for programs that can't import it (tests are CommonJS): JSON lines on standard input and output.
// First line in: the options of startStack. Then `{id, call, args}` each. Out: `{ready}` or `{failed}`, then `{id, result}`
// or `{id, error}`. The end of the input closes the stack.
import { mkdtempSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { explain } from './failure.mjs'
import { removeRunFolder } from './run-folder.mjs'
import { startStack } from './stack.mjs'

const CALLS = ['pid', 'logTail', 'kill', 'stop', 'restart']

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const dataDir = mkdtempSync(join(tmpdir(), 'fillstream-stack-'))
const write = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
process.stdout.on('error', () => {})
// Asked to stop by a signal: as if the input had ended.
const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => asked.abort())

const input = createInterface({ input: process.stdin, signal: asked.signal })
let stack
let keepLogsAs
const started = new Promise((resolveStarted) => {
  input.once('line', (line) => {
    const { keepLogsAs: keep, ...options } = JSON.parse(line)
    keepLogsAs = keep
    startStack({ root, dataDir, ports: 'free', throwAway: true, ...options, signal: asked.signal })
      .then((ready) => {
        stack = ready
        const { urls, apiKey, env } = ready
        write({ ready: { urls, apiKey, env, dataDir } })
      })
      .catch((error) => write({ failed: explain(error) }))
      .finally(resolveStarted)
    input.on('line', answer)
  })
})

async function answer(line) {
  const { id, call, args = [] } = JSON.parse(line)
  try {
    if (!CALLS.includes(call)) throw new Error(`there is no call "${call}"`)
    write({ id, result: (await stack[call](...args)) ?? null })
  } catch (error) {
    write({ id, error: explain(error) })
  }
}

await new Promise((ended) => input.once('close', ended))
asked.abort()
await started
await stack?.close()
if (keepLogsAs) {
  mkdirSync(dirname(keepLogsAs), { recursive: true })
  rmSync(keepLogsAs, { recursive: true, force: true })
  try {
    renameSync(join(dataDir, 'logs'), keepLogsAs)
  } catch {
    // Another file system, or nothing logged: not worth failing for.
  }
}
removeRunFolder(dataDir)
process.exit()
