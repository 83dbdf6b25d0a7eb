import { Pool, type Dispatcher } from 'undici'

/** What was answered to a request, read to its end. */
export interface JsonAnswer {
  readonly status: number
  readonly text: string
}

/** Posts JSON to one address and reads the whole answer. Rejects where none comes in time. */
export type PostJson = (body: string, timeoutMs: number) => Promise<JsonAnswer>

const CONNECTIONS = 64
const MAX_ANSWER_BYTES = 32 << 20
const HEADERS = { 'content-type': 'application/json' }

/**
 * Over connections that stay open; what is idle does not keep the process alive. Answers are taken as they come from the connection: the
 * stream and the signal of undici's `request` cost more than all else of one, and a fetch several times as much.
 */
export function createPostJson(url: string): PostJson {
  const { origin, pathname, search } = new URL(url)
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    maxResponseSize: MAX_ANSWER_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const request = { path: pathname + search, method: 'POST' as const, headers: HEADERS }
  return (body, timeoutMs) =>
    new Promise((resolve, reject) => {
      pool.dispatch({ ...request, body }, new Reading(timeoutMs, resolve, reject))
    })
}

/** One answer on its way, and how long it may take. */
class Reading implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout
  private controller: Dispatcher.DispatchController | null = null
  private late: Error | null = null
  private status = 0
  private chunks: Buffer[] = []

  constructor(
    timeoutMs: number,
    private readonly resolve: (answer: JsonAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.timer = setTimeout(() => this.giveUp(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    // It waited for a connection until nobody waited for it any more.
    if (this.late) controller.abort(this.late)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.status = status
    this.chunks = []
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk)
  }

  onResponseEnd(): void {
    clearTimeout(this.timer)
    const [only, ...others] = this.chunks
    const bytes = only && others.length === 0 ? only : Buffer.concat(this.chunks)
    this.resolve({ status: this.status, text: bytes.toString() })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.timer)
    this.reject(error)
  }

  private giveUp(error: Error): void {
    this.late = error
    this.reject(error)
    this.controller?.abort(error)
  }
}
