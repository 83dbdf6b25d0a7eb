import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './commands.mjs'
import { Failure } from './failure.mjs'
import { digestOfContents, digestOfTimes, isStamped, stamp, workspaceFolders } from './stamp.mjs'

const SHARED_INPUTS = ['package.json', 'pnpm-lock.yaml', 'tsconfig.base.json', 'turbo.json']

/** Builds every package, unless no source has changed since the last time. */
export async function build({ root, say, signal, pnpm }) {
  const folders = workspaceFolders(root)
  const stampFile = join(root, 'node_modules/.cache/fillstream/built')
  const digest = digestOfTimes(root, folders, digestOfContents(SHARED_INPUTS.map((file) => join(root, file))))
  const complete = folders.every((folder) => existsSync(join(root, folder, 'dist')))
  if (complete && isStamped(stampFile, digest)) return

  const env = { ...(await pnpm()), TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
  say('building')
  const turbo = join(root, 'node_modules/.bin/turbo')
  const args = ['run', 'build', '--no-daemon', '--ui=stream', '--output-logs=new-only', '--log-order=stream']
  const { ok, output } = await run(turbo, args, { cwd: root, env, signal, onLine: showPackages(say) })
  if (!ok) throw new Failure(`the build failed:\n${output}`)
  stamp(stampFile, digest)
  say('built')
}

/** One line per package as it is begun, so that a slow first build is seen to move. */
function showPackages(say) {
  const seen = new Set()
  return (line) => {
    const name = /^@fillstream\/([\w-]+):build: /.exec(line)?.[1]
    if (name === undefined || seen.has(name)) return
    seen.add(name)
    say(name)
  }
}
