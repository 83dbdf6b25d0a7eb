import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { run } from './commands.mjs'
import { Failure } from './failure.mjs'

/**
 * An environment in which `pnpm` is the pinned version: the one on PATH if it is that, else fetched through npx.
 * Its folder goes on PATH, since turbo looks for a pnpm there.
 */
export async function withPnpm({ root, env, say, signal }) {
  const version = pinnedVersion(root)
  const quiet = { ...env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' }
  const found = await run('pnpm', ['--version'], { cwd: root, env: quiet, signal }).catch(() => undefined)
  if (found?.ok && found.output.trim().split('\n').at(-1) === version) return quiet

  say(`fetching pnpm ${version} through npx`)
  const npx = ['--yes', `--package=pnpm@${version}`, '-c', 'command -v pnpm']
  const fetched = await run('npx', npx, { cwd: root, env, signal })
  const path = fetched.output.split('\n').findLast((line) => line.startsWith('/'))
  if (!fetched.ok || path === undefined) {
    throw new Failure(
      `npx could not fetch pnpm ${version} (is the npm registry reachable?); install it yourself with ` +
        `"npm install --global pnpm@${version}" and start again. npx said:\n${fetched.output}`,
    )
  }
  return { ...quiet, PATH: `${dirname(path)}${delimiter}${env.PATH ?? ''}` }
}

function pinnedVersion(root) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return packageManager.replace(/^pnpm@/, '').replace(/\+.*$/, '')
}
