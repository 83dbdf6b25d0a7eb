import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from './failure.mjs'

const ANSWER_WITHIN_MS = 5_000

/** Waits until `<url>/readyz` says 200; fails as soon as the process has ended, or when the time is up. */
export async function waitUntilReady({ child, url, withinMs = 60_000, signal }) {
  const until = performance.now() + withinMs
  let reason = 'no answer'
  for (let pause = 25; ; pause = Math.min(pause * 1.5, 250)) {
    signal?.throwIfAborted()
    if (!child.running()) throw endedEarly(child, await child.exited)
    const answer = await ask(url)
    if (answer.ready) return
    reason = answer.reason
    if (performance.now() > until) {
      throw new Failure(
        `${child.name} is not ready after ${withinMs / 1000} s (${reason}); its log is ${child.logFile}`,
      )
    }
    await sleep(pause, undefined, { signal })
  }
}

export function endedEarly(child, { code, signal, error }) {
  const how = error ? error.message : signal ? `signal ${signal}` : `exit code ${code}`
  return new Failure(
    `${child.name} stopped while starting (${how}). The end of its log ${child.logFile}:\n${child.logTail()}`,
  )
}

async function ask(url) {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    const body = await answer.text()
    return { ready: answer.status === 200, reason: body.slice(0, 300) || `status ${answer.status}` }
  } catch (error) {
    return { ready: false, reason: error.cause?.code ?? error.message }
  }
}
