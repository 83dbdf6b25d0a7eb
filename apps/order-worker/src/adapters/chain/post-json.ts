import { Agent, request } from 'undici'

/** Posts JSON and reads the whole answer. Rejects where none comes in time. */
export type PostJson = (
  url: string,
  body: string,
  timeoutMs: number,
) => Promise<{ readonly status: number; readonly text: string }>

const CONNECTIONS = 64
const MAX_ANSWER_BYTES = 32 << 20
const HEADERS = { 'content-type': 'application/json' }

/** Over connections that stay open; what is idle does not keep the process alive. A fetch costs several times as much. */
export function createPostJson(): PostJson {
  const dispatcher = new Agent({ connections: CONNECTIONS, maxResponseSize: MAX_ANSWER_BYTES })
  return async (url, body, timeoutMs) => {
    // A signal of its own makes an error when the time has come, of those that were in time as well.
    const tooLate = new AbortController()
    const timer = setTimeout(() => tooLate.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    try {
      const answer = await request(url, {
        method: 'POST',
        headers: HEADERS,
        body,
        signal: tooLate.signal,
        dispatcher,
      })
      return { status: answer.statusCode, text: await answer.body.text() }
    } finally {
      clearTimeout(timer)
    }
  }
}
