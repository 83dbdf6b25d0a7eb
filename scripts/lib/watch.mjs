import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { explain } from './failure.mjs'
import { SERVICES } from './services.mjs'
import { digestOfTimes } from './stamp.mjs'

/** Rebuilds on every change of a source and restarts the services whose compiled code, or a package's below it, changed. */
export async function watchSources({ root, stack, say }) {
  const folders = new Map(Object.keys(SERVICES).map((name) => [name, withReferences(root, `apps/${name}`)]))
  const outputOf = (name) =>
    digestOfTimes(
      root,
      folders
        .get(name)
        .map((folder) => `${folder}/dist`)
        .filter((folder) => existsSync(join(root, folder))),
    )
  const seen = new Map(Object.keys(SERVICES).map((name) => [name, outputOf(name)]))
  let working = Promise.resolve()

  async function restartChanged() {
    for (const name of Object.keys(SERVICES)) {
      const output = outputOf(name)
      if (output === seen.get(name)) continue
      seen.set(name, output)
      say(name, 'changed; restarting')
      await stack.restart(name).catch((error) => say(name, explain(error)))
    }
  }

  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [
    tsc,
    '-b',
    '-w',
    '--preserveWatchOutput',
    ...Object.keys(SERVICES).map((name) => `apps/${name}`),
  ]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  stack.adopt(child, 'tsc')
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/Found 0 errors/.test(line)) working = working.then(restartChanged)
    else if (/error TS|Found \d+ error/.test(line)) say('build', line)
  })
  say('build', 'watching the sources')
  return { close: () => child.kill() }
}

/** A project's folder and those of all projects it refers to. */
function withReferences(root, folder, found = new Set()) {
  if (found.has(folder)) return [...found]
  found.add(folder)
  const { references = [] } = JSON.parse(readFileSync(join(root, folder, 'tsconfig.json'), 'utf8'))
  for (const { path } of references) withReferences(root, relative(root, join(root, folder, path)), found)
  return [...found]
}
