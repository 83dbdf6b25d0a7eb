import { AddressBook, messageOf } from '@fillstream/core'
import { systemClock, type Clock } from '@fillstream/runtime'
import { unwrapOption } from '@solana/kit'
import { getMintDecoder, getMintSize, TOKEN_PROGRAM_ADDRESS } from '@solana-program/token'
import { type z } from 'zod'
import {
  ChainUnavailableError,
  type Chain,
  type ChainAccounts,
  type TokenBalance,
  type TransactionError,
} from './chain'
import { createJsonRpc, type JsonRpc } from './json-rpc'
import * as answers from './rpc-answers'
import { readWireKeys } from './wire-keys'

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
export function createRpcChain(
  rpcUrls: readonly string[],
  clock: Pick<Clock, 'monotonic'> = systemClock,
): Chain & ChainAccounts {
  return unavailable(chainOver(createJsonRpc(rpcUrls, clock), new AddressBook()))
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
    holdings: guard('holdings', chain.holdings),
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

/** Of a token account's data: its mint, its owner, and what it holds. */
const HELD = { offset: 0, length: 72 }
const HELD_AMOUNT = 64
const ONLY_AMOUNT = { offset: HELD_AMOUNT, length: 8 }
const MINT_BYTES = 32

function chainOver(rpc: JsonRpc, addresses: AddressBook): Chain & ChainAccounts {
  async function ask<Schema extends z.ZodType>(
    schema: Schema,
    method: string,
    ...params: readonly unknown[]
  ): Promise<z.output<Schema>> {
    return schema.parse(await rpc(method, params))
  }
  const account: ChainAccounts['account'] = async (at) =>
    (
      await ask(answers.accountAnswer, 'getAccountInfo', at, {
        commitment: 'confirmed',
        encoding: 'base64',
      })
    ).value
  return {
    genesisHash: () => ask(answers.textAnswer, 'getGenesisHash'),
    async latestBlockhash() {
      return (await ask(answers.blockhashAnswer, 'getLatestBlockhash', { commitment: 'confirmed' })).value
    },
    async finalizedHeight() {
      const info = await ask(answers.epochAnswer, 'getEpochInfo', { commitment: 'finalized' })
      return { height: info.blockHeight, slot: info.absoluteSlot }
    },
    async statuses(signatures) {
      const { context, value } = await ask(answers.statusesAnswer, 'getSignatureStatuses', signatures, {
        searchTransactionHistory: true,
      })
      return {
        slot: context.slot,
        statuses: value.map((status) =>
          status === null
            ? null
            : {
                slot: status.slot,
                confirmation: status.confirmationStatus,
                error: parseTransactionError(status.err),
              },
        ),
      }
    },
    async transaction(signature, commitment) {
      const found = await ask(answers.transactionAnswer, 'getTransaction', signature, {
        commitment,
        encoding: 'base64',
        maxSupportedTransactionVersion: 0,
      })
      if (!found?.meta) return null
      const { meta } = found
      const loaded = meta.loadedAddresses
      const { signatures, keys } = readWireKeys(found.transaction, addresses)
      return {
        signature,
        slot: found.slot,
        error: parseTransactionError(meta.err),
        feeLamports: meta.fee,
        signatures,
        accountKeys: [...keys, ...(loaded?.writable ?? []), ...(loaded?.readonly ?? [])],
        preBalances: meta.preBalances,
        postBalances: meta.postBalances,
        preTokenBalances: balancesOf(meta.preTokenBalances),
        postTokenBalances: balancesOf(meta.postTokenBalances),
      }
    },
    signaturesFor: (at, commitment, minContextSlot) =>
      ask(answers.signaturesAnswer, 'getSignaturesForAddress', at, {
        commitment,
        limit: 1_000,
        ...(minContextSlot !== null && { minContextSlot }),
      }),
    async balanceLamports(at) {
      return (await ask(answers.balanceAnswer, 'getBalance', at, { commitment: 'confirmed' })).value
    },
    async holdings(wallet, tokenAccount) {
      const {
        value: [own, account],
      } = await ask(answers.holdingsAnswer, 'getMultipleAccounts', [wallet, tokenAccount], {
        commitment: 'confirmed',
        encoding: 'base64',
        dataSlice: ONLY_AMOUNT,
      })
      const { data } = account ?? { data: new Uint8Array() }
      return { lamports: own?.lamports ?? 0n, tokens: data.length === 8 ? littleEndian(data, 0) : 0n }
    },
    async tokenBalances(owner) {
      const { value } = await ask(
        answers.accountsAnswer,
        'getTokenAccountsByOwner',
        owner,
        { programId: TOKEN_PROGRAM_ADDRESS },
        { commitment: 'confirmed', encoding: 'base64', dataSlice: HELD },
      )
      const sums = new Map<string, bigint>()
      for (const { data } of value.map((held) => held.account)) {
        const mint = addresses.nameOf(data.subarray(0, MINT_BYTES))
        sums.set(mint, (sums.get(mint) ?? 0n) + littleEndian(data, HELD_AMOUNT))
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
    slot: () => ask(answers.countAnswer, 'getSlot', { commitment: 'processed' }),
    async unixTime() {
      const clock = await account(CLOCK_SYSVAR)
      if (clock === null || clock.data.length < CLOCK_UNIX_TIME + 8) throw new Error('the chain has no clock')
      const view = new DataView(clock.data.buffer, clock.data.byteOffset)
      return Number(view.getBigInt64(CLOCK_UNIX_TIME, true))
    },
    rentExemption: (bytes) => ask(answers.amountAnswer, 'getMinimumBalanceForRentExemption', bytes),
    async recentPriorityFee() {
      const fees = (await ask(answers.feesAnswer, 'getRecentPrioritizationFees'))
        .map((fee) => fee.prioritizationFee)
        .sort((a, b) => (a < b ? -1 : 1))
      return fees[Math.floor(fees.length / 2)] ?? 0n
    },
  }
}

function littleEndian(data: Uint8Array, offset: number): bigint {
  return new DataView(data.buffer, data.byteOffset).getBigUint64(offset, true)
}

function balancesOf(list: readonly answers.TokenBalanceAnswer[] | null | undefined): TokenBalance[] {
  return (list ?? []).map(({ accountIndex, owner, mint, uiTokenAmount }) => ({
    accountIndex,
    owner: owner ?? '',
    mint,
    decimals: uiTokenAmount.decimals,
    amount: BigInt(uiTokenAmount.amount),
  }))
}
