import { address, createSolanaRpc, createSolanaRpcSubscriptions, type Base64EncodedBytes } from '@solana/kit'
import { getTokenSize } from '@solana-program/token'
import { type PoolChain } from './pool-chain'

const COMMITMENT = 'confirmed'

/** A {@link PoolChain} over plain Solana JSON-RPC and PubSub. */
export function createKitPoolChain({ rpcUrl, wsUrl }: { rpcUrl: string; wsUrl: string }): PoolChain {
  const rpc = createSolanaRpc(rpcUrl)
  const subscriptions = createSolanaRpcSubscriptions(wsUrl)
  return {
    async readProgramAccounts(program, abortSignal) {
      const { context, value } = await rpc
        .getProgramAccounts(address(program), {
          commitment: COMMITMENT,
          encoding: 'base64',
          withContext: true,
        })
        .send({ abortSignal })
      const accounts = value.map(({ pubkey, account }) => ({ address: pubkey, data: bytesOf(account.data) }))
      return { slot: context.slot, accounts }
    },
    async subscribeProgram(program, abortSignal) {
      const changes = await subscriptions
        .programNotifications(address(program), { commitment: COMMITMENT, encoding: 'base64' })
        .subscribe({ abortSignal })
      return mapped(changes, ({ context, value }) => ({
        slot: context.slot,
        address: value.pubkey,
        data: bytesOf(value.account.data),
      }))
    },
    async subscribeSlots(abortSignal) {
      return mapped(await subscriptions.slotNotifications().subscribe({ abortSignal }), ({ slot }) => slot)
    },
    readTokenAccountRent: (abortSignal) =>
      rpc.getMinimumBalanceForRentExemption(BigInt(getTokenSize())).send({ abortSignal }),
  }
}

async function* mapped<From, To>(source: AsyncIterable<From>, map: (item: From) => To): AsyncIterable<To> {
  for await (const item of source) yield map(item)
}

function bytesOf([text]: readonly [Base64EncodedBytes, string]): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
