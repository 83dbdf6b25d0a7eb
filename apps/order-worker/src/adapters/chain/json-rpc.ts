import { type Clock } from '@fillstream/runtime'
import { createPostJson } from './post-json'
import { createRpcNode, type AskNode, type RpcRequest } from './rpc-node'

/** Calls a method. Rejects with {@link RpcError} for what a node said, with any other error where none answered in time. */
export type JsonRpc = (method: string, params: readonly unknown[]) => Promise<unknown>

/** A node's answer that is an error of JSON-RPC. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(`${message} (${code})`)
  }
}

const TIMEOUT_MS = 5_000
/** How long one of several nodes may take before the next is asked. */
const TRY_MS = 2_000
/** Calls of one request: what public nodes take of every method, on small plans too. */
const MAX_CALLS = 10
/** A node of Solana reads 50 KiB. */
const MAX_BYTES = 40_000

interface Call extends RpcRequest {
  resolve(result: unknown): void
  reject(error: unknown): void
}

/**
 * JSON-RPC over several nodes of one chain, every call bounded in time. Calls of the same turn of the event loop share a request.
 * Requests go round, so that no node is leaned on alone, and what fails at a node (away, silent, 429) is repeated at the others in
 * turn. What a node answers, an error of JSON-RPC included, is the answer. Nodes may stand at different slots: who compares two
 * answers looks at their slots, or demands one (`minContextSlot`).
 */
export function createJsonRpc(urls: readonly string[], clock: Pick<Clock, 'monotonic'>): JsonRpc {
  const nodes = urls.map((url) => createRpcNode(createPostJson(url)))
  let lastId = 0
  let turn = 0
  let waiting: Call[] = []
  let bytes = 0

  async function ask(calls: readonly Call[]): Promise<void> {
    const first = turn++
    const ends = clock.monotonic() + TIMEOUT_MS
    let open = calls
    let failure: Error | null = null
    for (let i = 0; i < nodes.length && open.length > 0; i++) {
      const leftMs = Math.ceil(ends - clock.monotonic())
      if (leftMs <= 0) break
      const node = nodes[(first + i) % nodes.length] as AskNode
      const answers = await node(open, nodes.length > 1 ? Math.min(TRY_MS, leftMs) : leftMs)
      open = open.filter((call, at) => {
        const answer = answers[at] ?? new Error('no answer')
        if (answer instanceof Error) failure = answer
        else if ('error' in answer) call.reject(new RpcError(answer.error.code, answer.error.message))
        else call.resolve(answer.result)
        return answer instanceof Error
      })
    }
    for (const call of open) call.reject(failure ?? new Error(`no answer within ${TIMEOUT_MS} ms`))
  }

  function leave(): void {
    if (waiting.length === 0) return
    const calls = waiting
    waiting = []
    bytes = 0
    void ask(calls)
  }

  return (method, params) =>
    new Promise((resolve, reject) => {
      const id = (lastId += 1)
      const text = JSON.stringify({ jsonrpc: '2.0', id, method, params })
      if (waiting.length === MAX_CALLS || bytes + text.length > MAX_BYTES) leave()
      if (waiting.length === 0) setImmediate(leave)
      waiting.push({ id, text, resolve, reject })
      bytes += text.length
    })
}
