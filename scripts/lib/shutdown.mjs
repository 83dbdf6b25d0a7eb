import { commandLineOf, isAlive, parentOf } from './processes.mjs'

const FORCE_AFTER_MS = 1_500

/**
 * An AbortSignal that fires when this process is asked to stop: by Ctrl-C, SIGTERM, SIGHUP, or because the npm that
 * started it was killed. `onForce` is called when someone asks again, later: npm passes a Ctrl-C on that the terminal
 * has sent already, so two at once are one.
 */
export function whenAskedToStop({ onAsk = () => {}, onForce = () => {} } = {}) {
  const controller = new AbortController()
  let askedAt
  const ask = (how) => {
    if (askedAt === undefined) {
      askedAt = performance.now()
      onAsk(how)
      controller.abort()
    } else if (performance.now() - askedAt > FORCE_AFTER_MS) onForce()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, ask)

  const npm = process.env.npm_lifecycle_event === undefined ? undefined : npmAbove()
  if (npm !== undefined) {
    setInterval(() => {
      if (askedAt === undefined && !isAlive(npm)) ask('npm has ended')
    }, 500).unref()
  }
  return controller.signal
}

/** npm runs a script through a shell, which may or may not have made way for it. */
function npmAbove() {
  const parent = process.ppid
  const pid = /npm|yarn/.test(commandLineOf(parent) ?? '') ? parent : parentOf(parent)
  return pid === undefined || pid <= 1 ? undefined : pid
}
