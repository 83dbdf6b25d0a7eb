import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './commands.mjs'
import { Failure } from './failure.mjs'
import { digestOfContents, isStamped, stamp, workspaceFolders } from './stamp.mjs'

/** Installs what the lockfile says, unless that is what node_modules holds already. */
export async function install({ root, say, signal, pnpm }) {
  const modules = join(root, 'node_modules')
  const stampFile = join(modules, '.cache/fillstream/installed')
  const digest = digestOfContents(
    [
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      'package.json',
      '.npmrc',
      ...workspaceFolders(root).map((folder) => `${folder}/package.json`),
    ].map((file) => join(root, file)),
    `${process.platform} ${process.arch}`,
  )
  // npm leaves its own lockfile in the node_modules it makes; pnpm can't build on such a tree.
  const madeByNpm = existsSync(join(modules, '.package-lock.json'))
  const madeByPnpm = existsSync(join(modules, '.modules.yaml'))
  if (madeByPnpm && !madeByNpm && isStamped(stampFile, digest)) return

  if (existsSync(modules) && (madeByNpm || !madeByPnpm)) {
    say('replacing a node_modules that pnpm did not make')
    rmSync(modules, { recursive: true, force: true })
  }
  const env = await pnpm()
  say('installing from pnpm-lock.yaml (a minute or two the first time)')
  const args = [
    'install',
    '--frozen-lockfile',
    '--prod=false',
    '--reporter=append-only',
    '--config.confirmModulesPurge=false',
  ]
  const { ok, output } = await run('pnpm', args, { cwd: root, env, signal, onLine: showProgressOnly(say) })
  if (!ok) throw new Failure(`"pnpm ${args.slice(0, 2).join(' ')}" failed:\n${output}`)
  stamp(stampFile, digest)
  say('installed')
}

function showProgressOnly(say) {
  return (line) => {
    if (/^Progress:/.test(line)) say(line.replace(/^Progress: /, ''))
  }
}
