import { parseJson } from './parse-json'
import { type PostJson } from './post-json'

/** A call as it is sent: its id, and the whole of it as JSON. */
export interface RpcRequest {
  readonly id: number
  readonly text: string
}

/** What a node says to a call: a result, or an error of JSON-RPC. */
export type RpcAnswer =
  { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } }

/** Asks one node: an answer for each call, or why there is none. Never rejects. */
export type AskNode = (
  calls: readonly RpcRequest[],
  timeoutMs: number,
) => Promise<readonly (RpcAnswer | Error)[]>

const TOO_MANY_REQUESTS = 429
const REQUEST_TIMEOUT = 408

/**
 * A node that is asked several calls by one request. One that refuses that (its plan, or a proxy before it) is asked them one
 * by one from then on.
 */
export function createRpcNode(post: PostJson): AskNode {
  let takesBatches = true

  async function one({ text }: RpcRequest, timeoutMs: number): Promise<RpcAnswer | Error> {
    const answer = await post(text, timeoutMs)
    return read(parseJson(succeeded(answer)))
  }

  /** Null where the node does not take batches. */
  async function batch(
    calls: readonly RpcRequest[],
    timeoutMs: number,
  ): Promise<readonly (RpcAnswer | Error)[] | null> {
    const answer = await post(`[${calls.map(({ text }) => text).join(',')}]`, timeoutMs)
    if (refuses(answer.status)) return null
    const items = parseJson(succeeded(answer))
    if (!Array.isArray(items)) return null
    const byId = new Map(items.map((item: unknown) => [idOf(item), item]))
    return calls.map(({ id }) => read(byId.get(id)))
  }

  return async (calls, timeoutMs) => {
    try {
      const [first, ...others] = calls
      if (first === undefined) return []
      if (others.length === 0) return [await one(first, timeoutMs)]
      if (takesBatches) {
        const answers = await batch(calls, timeoutMs)
        if (answers !== null) return answers
        takesBatches = false
      }
      return await Promise.all(calls.map((call) => one(call, timeoutMs).catch(asError)))
    } catch (error) {
      return calls.map(() => asError(error))
    }
  }
}

/** The request is not to its liking, and never will be: not one of those that pass. */
function refuses(status: number): boolean {
  return status >= 400 && status < 500 && status !== TOO_MANY_REQUESTS && status !== REQUEST_TIMEOUT
}

function succeeded({ status, text }: { readonly status: number; readonly text: string }): string {
  if (status < 200 || status > 299) throw new Error(`answered ${status}`)
  return text
}

function idOf(item: unknown): number | null {
  return typeof item === 'object' && item !== null && 'id' in item ? Number(item.id) : null
}

function read(item: unknown): RpcAnswer | Error {
  if (typeof item !== 'object' || item === null) return new Error('no answer')
  if ('error' in item && typeof item.error === 'object' && item.error !== null) {
    const { code, message } = item.error as { readonly code?: unknown; readonly message?: unknown }
    return { error: { code: Number(code), message: String(message) } }
  }
  return 'result' in item ? { result: item.result } : new Error('an answer without a result')
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
