import { type NodeView } from '../../svm/node-view'
import { type World } from '../../world'
import { type Params } from '../params'

/** What methods read and do. */
export interface RpcContext {
  readonly world: World
  /** What the node that answers has seen of the chain. */
  readonly node: NodeView
  onSubmitted(signature: string): void
}

/** A JSON-RPC method: its answer, or a promise of it; throws RpcError. */
export type Method = (params: Params, context: RpcContext) => unknown

export type Methods = Readonly<Record<string, Method>>
