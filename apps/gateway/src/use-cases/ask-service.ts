import { type RpcCaller } from '@fillstream/messaging'
import { type RpcOperations } from '@fillstream/types'
import { type Dependencies } from '../dependencies'
import { asClientError } from './router-errors'

/** An RpcCaller whose failures are already what the client is to be told, and that does not ask into the void. */
export function askService<Operations extends RpcOperations>(
  service: string,
  caller: RpcCaller<Operations>,
  dependencies: Pick<Dependencies, 'assertUp'>,
): RpcCaller<Operations> {
  return {
    async call(op, body, timeoutMs) {
      dependencies.assertUp('redis')
      try {
        return await caller.call(op, body, timeoutMs)
      } catch (error) {
        throw asClientError(error, service)
      }
    },
  }
}
