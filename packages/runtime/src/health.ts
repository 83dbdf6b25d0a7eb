import { type Express } from 'express'
import { type Clock } from './deps'
import { type Metrics } from './metrics'

/** A dependency's check: resolves when usable, rejects with the reason when not. */
export type Check = () => Promise<unknown>

export interface Health {
  /** Each dependency's answer: `ok` or the reason. */
  check(): Promise<{ ready: boolean; checks: Record<string, string> }>
  /** From now on not ready, whatever the checks say: the first act of a shutdown. */
  drain(): void
}

const CHECK_TIMEOUT_MS = 2_000

async function bounded(check: Check, clock: Clock): Promise<string> {
  const timeout = new AbortController()
  try {
    await Promise.race([
      check(),
      clock.sleep(CHECK_TIMEOUT_MS, timeout.signal).then(() => {
        throw new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)
      }),
    ])
    return 'ok'
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error)
    return reason
  } finally {
    timeout.abort()
  }
}

/** Readiness from named checks, each bounded in time. */
export function createHealth(checks: Readonly<Record<string, Check>>, clock: Clock): Health {
  let draining = false
  return {
    async check() {
      const names = Object.keys(checks)
      const answers = await Promise.all(names.map((name) => bounded(checks[name] as Check, clock)))
      const result: Record<string, string> = Object.fromEntries(
        names.map((name, i) => [name, answers[i] as string]),
      )
      if (draining) result['service'] = 'shutting down'
      return { ready: !draining && answers.every((answer) => answer === 'ok'), checks: result }
    },
    drain() {
      draining = true
    },
  }
}

/** Adds `/healthz`, `/readyz` and `/metrics`. */
export function mountHealth(app: Express, health: Health, metrics: Metrics): void {
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' })
  })
  app.get('/readyz', async (_request, response) => {
    const { ready, checks } = await health.check()
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', checks })
  })
  app.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.text())
  })
}
