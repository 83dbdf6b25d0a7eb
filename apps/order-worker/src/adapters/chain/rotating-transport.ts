import { createDefaultRpcTransport, type RpcTransport } from '@solana/kit'

/** How long one of several nodes may take before the next is asked. */
const TRY_MS = 2_000

/**
 * A transport over several nodes of one chain: calls go round, so that none is leaned on alone, and one that fails at a node (away,
 * silent, 429) is repeated at the others in turn. What a node answers, an error of JSON-RPC included, is the answer. Nodes
 * may stand at different slots: who compares two answers looks at their slots, or demands one (`minContextSlot`).
 */
export function createRotatingTransport(urls: readonly string[]): RpcTransport {
  const nodes = urls.map((url) => createDefaultRpcTransport({ url }))
  let turn = 0
  return async <Answer>({ payload, signal }: Parameters<RpcTransport>[0]) => {
    const first = turn++
    let failure: unknown
    for (let i = 0; i < nodes.length && !signal?.aborted; i++) {
      const node = nodes[(first + i) % nodes.length] as RpcTransport
      const signals = [
        ...(signal ? [signal] : []),
        ...(nodes.length > 1 ? [AbortSignal.timeout(TRY_MS)] : []),
      ]
      try {
        return await node<Answer>({ payload, signal: AbortSignal.any(signals) })
      } catch (error) {
        failure = error
      }
    }
    throw failure ?? signal?.reason
  }
}
