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

  const parent = process.ppid
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => {
      if (process.ppid !== parent && askedAt === undefined) ask('npm has ended')
    }, 500).unref()
  }
  return controller.signal
}
