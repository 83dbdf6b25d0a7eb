import { messageOf } from '@fillstream/core'
import {
  address,
  createSolanaRpcFromTransport,
  signature as asSignature,
  unwrapOption,
  type RpcTransport,
} from '@solana/kit'
import { getMintDecoder, getMintSize, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token'
import { ChainUnavailableError, type Chain, type ChainAccounts, type TransactionError } from './chain'
import { createRotatingTransport } from './rotating-transport'

const TIMEOUT_MS = 5_000

/** Whatever form a node gives an error in, the parts that matter. */
export function parseTransactionError(raw: unknown): TransactionError | null {
  if (raw === null || raw === undefined) return null
  const text = JSON.stringify(raw, (_key, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  )
  const inner = typeof raw === 'object' && 'InstructionError' in raw ? raw.InstructionError : null
  if (!Array.isArray(inner)) return { instruction: null, customCode: null, text }
  const detail: unknown = inner[1]
  const custom = typeof detail === 'object' && detail !== null && 'Custom' in detail ? detail.Custom : null
  return { instruction: Number(inner[0]), customCode: custom === null ? null : Number(custom), text }
}

/** The Chain port over the JSON-RPC of one node or of several in turn, every call bounded in time. */
export function createRpcChain(rpcUrls: readonly string[]): Chain & ChainAccounts {
  return unavailable(chainOver(createSolanaRpcFromTransport(createRotatingTransport(rpcUrls))))
}

/** Whatever goes wrong between here and the node says nothing about what was asked. */
function unavailable(chain: Chain & ChainAccounts): Chain & ChainAccounts {
  const guard =
    <Arguments extends readonly unknown[], Answer>(
      what: string,
      ask: (...given: Arguments) => Promise<Answer>,
    ) =>
    async (...given: Arguments): Promise<Answer> => {
      try {
        return await ask(...given)
      } catch (error) {
        throw new ChainUnavailableError(`${what}: ${messageOf(error)}`, { cause: error })
      }
    }
  return {
    genesisHash: guard('genesis hash', chain.genesisHash),
    latestBlockhash: guard('latest blockhash', chain.latestBlockhash),
    finalizedHeight: guard('finalized height', chain.finalizedHeight),
    statuses: guard('signature statuses', chain.statuses),
    transaction: guard('transaction', chain.transaction),
    signaturesFor: guard('signatures of an address', chain.signaturesFor),
    balanceLamports: guard('balance', chain.balanceLamports),
    tokenBalances: guard('token balances', chain.tokenBalances),
    mint: guard('mint', chain.mint),
    account: guard('account', chain.account),
    slot: guard('slot', chain.slot),
    unixTime: guard('time', chain.unixTime),
    rentExemption: guard('rent exemption', chain.rentExemption),
    recentPriorityFee: guard('recent priority fees', chain.recentPriorityFee),
  }
}

const CLOCK_SYSVAR = 'SysvarC1ock11111111111111111111111111111111'
/** Where the clock's account has the time. */
const CLOCK_UNIX_TIME = 32

type Rpc = ReturnType<typeof createSolanaRpcFromTransport<RpcTransport>>

function chainOver(rpc: Rpc): Chain & ChainAccounts {
  const options = () => ({ abortSignal: AbortSignal.timeout(TIMEOUT_MS) })
  const account: ChainAccounts['account'] = async (at) => {
    const { value } = await rpc
      .getAccountInfo(address(at), { commitment: 'confirmed', encoding: 'base64' })
      .send(options())
    if (value === null) return null
    return { owner: value.owner, data: Uint8Array.from(Buffer.from(value.data[0], 'base64')) }
  }
  return {
    genesisHash: () => rpc.getGenesisHash().send(options()),
    async latestBlockhash() {
      const { value } = await rpc.getLatestBlockhash({ commitment: 'confirmed' }).send(options())
      return { blockhash: value.blockhash, lastValidBlockHeight: Number(value.lastValidBlockHeight) }
    },
    async finalizedHeight() {
      const info = await rpc.getEpochInfo({ commitment: 'finalized' }).send(options())
      return { height: Number(info.blockHeight), slot: Number(info.absoluteSlot) }
    },
    async statuses(signatures) {
      const { context, value } = await rpc
        .getSignatureStatuses(signatures.map(asSignature), { searchTransactionHistory: true })
        .send(options())
      return {
        slot: Number(context.slot),
        statuses: value.map((status) =>
          status === null
            ? null
            : {
                slot: Number(status.slot),
                confirmation: status.confirmationStatus,
                error: parseTransactionError(status.err),
              },
        ),
      }
    },
    async transaction(signature, commitment) {
      const found = await rpc
        .getTransaction(asSignature(signature), {
          commitment,
          encoding: 'json',
          maxSupportedTransactionVersion: 0,
        })
        .send(options())
      if (!found?.meta) return null
      const { meta, transaction } = found
      const loaded = meta.loadedAddresses
      const balances = (list: typeof meta.preTokenBalances) =>
        (list ?? []).map((balance) => ({
          accountIndex: Number(balance.accountIndex),
          owner: String(balance.owner ?? ''),
          mint: String(balance.mint),
          decimals: balance.uiTokenAmount.decimals,
          amount: BigInt(balance.uiTokenAmount.amount),
        }))
      return {
        signature,
        slot: Number(found.slot),
        error: parseTransactionError(meta.err),
        feeLamports: BigInt(meta.fee),
        signatures: transaction.signatures.length,
        accountKeys: [
          ...transaction.message.accountKeys,
          ...(loaded?.writable ?? []),
          ...(loaded?.readonly ?? []),
        ],
        preBalances: meta.preBalances.map(BigInt),
        postBalances: meta.postBalances.map(BigInt),
        preTokenBalances: balances(meta.preTokenBalances),
        postTokenBalances: balances(meta.postTokenBalances),
      }
    },
    async signaturesFor(at, commitment, minContextSlot) {
      const found = await rpc
        .getSignaturesForAddress(address(at), {
          commitment,
          limit: 1_000,
          minContextSlot: BigInt(minContextSlot),
        })
        .send(options())
      return found.map((row) => row.signature)
    },
    async balanceLamports(at) {
      const { value } = await rpc.getBalance(at, { commitment: 'confirmed' }).send(options())
      return value
    },
    async tokenBalances(owner) {
      const { value } = await rpc
        .getTokenAccountsByOwner(
          owner,
          { programId: TOKEN_PROGRAM_ADDRESS },
          { commitment: 'confirmed', encoding: 'jsonParsed' },
        )
        .send(options())
      const sums = new Map<string, bigint>()
      for (const { account } of value) {
        const { mint, tokenAmount } = account.data.parsed.info
        sums.set(mint, (sums.get(mint) ?? 0n) + BigInt(tokenAmount.amount))
      }
      return sums
    },
    async mint(at) {
      const found = await account(at)
      if (found?.owner !== TOKEN_PROGRAM_ADDRESS || found.data.length !== getMintSize()) return null
      const { decimals, supply, mintAuthority, freezeAuthority, isInitialized } = getMintDecoder().decode(
        found.data,
      )
      if (!isInitialized) return null
      return {
        decimals,
        supply,
        mintAuthority: unwrapOption(mintAuthority),
        freezeAuthority: unwrapOption(freezeAuthority),
      }
    },
    account,
    async slot() {
      return Number(await rpc.getSlot({ commitment: 'processed' }).send(options()))
    },
    async unixTime() {
      const clock = await account(CLOCK_SYSVAR)
      if (clock === null || clock.data.length < CLOCK_UNIX_TIME + 8) throw new Error('the chain has no clock')
      const view = new DataView(clock.data.buffer, clock.data.byteOffset)
      return Number(view.getBigInt64(CLOCK_UNIX_TIME, true))
    },
    rentExemption: (bytes) => rpc.getMinimumBalanceForRentExemption(BigInt(bytes)).send(options()),
    async recentPriorityFee() {
      const fees = (await rpc.getRecentPrioritizationFees().send(options()))
        .map((fee) => fee.prioritizationFee)
        .sort((a, b) => (a < b ? -1 : 1))
      return fees[Math.floor(fees.length / 2)] ?? 0n
    },
  }
}
