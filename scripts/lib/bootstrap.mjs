import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from './build.mjs'
import { install } from './install.mjs'
import { takeLock } from './lock.mjs'
import { withPnpm } from './pnpm.mjs'

/**
 * Makes a fresh clone runnable: packages installed from the lockfile, everything built. Does nothing where nothing
 * changed. Runs before anything is installed, so this and what it imports use Node alone.
 */
export async function bootstrap({ root, env, progress, signal }) {
  const lock = await waitForLock(join(root, '.data/bootstrap.lock'), progress, signal)
  try {
    let prepared
    const pnpm = () =>
      (prepared ??= withPnpm({ root, env, signal, say: (text) => progress.say('pnpm', text) }))
    await install({ root, pnpm, signal, say: (text) => progress.say('packages', text) })
    await build({ root, pnpm, signal, say: (text) => progress.say('build', text) })
    signal?.throwIfAborted()
  } finally {
    lock.release()
  }
}

/** Two at a time (`npm test` beside `npm start`) would install over each other. */
async function waitForLock(file, progress, signal) {
  let told = false
  for (;;) {
    const lock = takeLock(file)
    if (lock.holder === undefined) return lock
    if (!told)
      progress.say('packages', `waiting for process ${lock.holder}, which is installing or building here`)
    told = true
    await sleep(500, undefined, { signal })
  }
}
