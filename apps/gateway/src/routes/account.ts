import { AppError } from '@fillstream/core'
import { type RpcCaller, type StreamTokens } from '@fillstream/messaging'
import { type Clock, type Random } from '@fillstream/runtime'
import { type AccountsRepository } from '@fillstream/store'
import { type AccountView, type orderWorkerOperations } from '@fillstream/types'
import { type Dependencies } from '../dependencies'
import { type Handlers } from '../http/call'

export interface AccountRoutesDeps {
  readonly accounts: Pick<AccountsRepository, 'find'>
  readonly worker: RpcCaller<typeof orderWorkerOperations>
  readonly streamTokens: Pick<StreamTokens, 'keep'>
  readonly limits: AccountView['limits']
  readonly streamBase: string
  readonly dependencies: Pick<Dependencies, 'assertUp' | 'recheck'>
  readonly clock: Clock
  readonly random: Random
}

const TIMEOUT_MS = 2_500
const TOKEN_LIFE_SECONDS = 60
const TOKEN_BYTES = 32

export function accountRoutes(deps: AccountRoutesDeps): Pick<Handlers, 'getAccount' | 'createStreamToken'> {
  const { accounts, worker, streamTokens, limits, streamBase, dependencies, clock, random } = deps
  return {
    async getAccount({ caller }) {
      const { accountId, keyId, scopes } = caller
      dependencies.assertUp('postgres')
      const [account, { address, balances }] = await Promise.all([
        accounts.find(accountId),
        worker.call('balances', { accountId }, TIMEOUT_MS),
      ])
      const name = account?.name ?? ''
      const key = { keyId, scopes: [...scopes] }
      return { body: { accountId, name, key, wallet: address, limits, balances } }
    },

    async createStreamToken({ caller }) {
      dependencies.assertUp('redis')
      const token = newToken(random)
      try {
        await streamTokens.keep(token, { accountId: caller.accountId }, TOKEN_LIFE_SECONDS)
      } catch (cause) {
        dependencies.recheck()
        throw new AppError('DEPENDENCY_UNAVAILABLE', 'redis is not available', {}, { cause })
      }
      const expiresAt = new Date(clock.now() + TOKEN_LIFE_SECONDS * 1_000).toISOString()
      return { body: { token, expiresAt, url: `${streamBase}/v1/stream?token=${token}` } }
    },
  }
}

function newToken(random: Random): string {
  const bytes = Uint8Array.from({ length: TOKEN_BYTES }, () => Math.floor(random.next() * 256))
  return Buffer.from(bytes).toString('base64url')
}
