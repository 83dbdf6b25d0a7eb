import { AddressBook, encodeBase58 } from '@fillstream/core'
import { findToken, WRAPPED_SOL_MINT } from '@fillstream/types'
import { readSettlement, type Settlement } from '@fillstream/localnet/dist/settlement/shape'
import { decodeTransaction } from '@fillstream/localnet/dist/svm/wire'
import {
  type Chain,
  type ChainAccounts,
  type LandedTransaction,
  type SettlementPorts,
  type TokenBalance,
} from '@fillstream/order-worker/dist/adapters/chain/chain'

const RICH = 1n << 60n
const FEE = 10_000n
const SIGNATURE_BYTES = 64
/** Landed transactions that are remembered: far more than are ever under watch. */
const MOST_LANDED = 20_000

/**
 * A chain that lands what it is handed at once, at the signed bound: what the engine costs, without the VM of localnet. Wallets
 * never run short. `node` answers what is asked once, at the start.
 */
export function createInstantChain(node: Chain & ChainAccounts): {
  readonly chain: Chain & ChainAccounts
  readonly settlement: SettlementPorts
} {
  const addresses = new AddressBook()
  // Bytes alone: what a transaction moved is worked out where it is asked for, or the bench would mostly measure its own memory.
  const landed = new Map<string, { readonly bytes: Uint8Array; readonly slot: number }>()
  let slot = 1_000

  const chain: Chain & ChainAccounts = {
    ...node,
    latestBlockhash: () =>
      Promise.resolve({
        blockhash: '4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM',
        lastValidBlockHeight: 1e9,
      }),
    finalizedHeight: () => Promise.resolve({ height: slot, slot }),
    statuses: (signatures) =>
      Promise.resolve({
        slot,
        statuses: signatures.map((signature) => {
          const transaction = landed.get(signature)
          return transaction === undefined
            ? null
            : { slot: transaction.slot, confirmation: 'finalized' as const, error: null }
        }),
      }),
    transaction(signature) {
      const found = landed.get(signature)
      if (found === undefined) return Promise.resolve(null)
      const wire = decodeTransaction(found.bytes, addresses)
      return Promise.resolve(
        asLanded(readSettlement(wire, wire.keys[1] ?? ''), signature, wire.keys, found.slot),
      )
    },
    signaturesFor: () => Promise.resolve([]),
    balanceLamports: () => Promise.resolve(RICH),
    holdings: () => Promise.resolve({ lamports: RICH, tokens: RICH }),
    tokenBalances: () => Promise.resolve(EVERY_TOKEN),
    recentPriorityFee: () => Promise.resolve(0n),
  }

  const settlement: SettlementPorts = {
    submit(bytes) {
      const signature = encodeBase58(bytes.subarray(1, 1 + SIGNATURE_BYTES))
      // What is sent again stays where it landed: in another slot it would be taken for one that was rolled back.
      if (landed.has(signature)) return Promise.resolve()
      slot += 1
      landed.set(signature, { bytes, slot })
      if (landed.size > MOST_LANDED) landed.delete(landed.keys().next().value as string)
      return Promise.resolve()
    },
    readSettlement: async (signature, _reference, commitment) => {
      const transaction = await chain.transaction(signature, commitment)
      return transaction === null ? null : [transaction]
    },
  }
  return { chain, settlement }
}

const EVERY_TOKEN: ReadonlyMap<string, bigint> = Object.assign(new Map<string, bigint>(), { get: () => RICH })

function asLanded(
  { user, inputMint, outputMint, legs, payout }: Settlement,
  signature: string,
  accountKeys: readonly string[],
  slot: number,
): LandedTransaction {
  const moved = new Map([
    [inputMint, -legs.reduce((sum, { amount }) => sum + amount, 0n)],
    [outputMint, payout.amount],
  ])
  const lamports = moved.get(WRAPPED_SOL_MINT) ?? 0n
  const balances = (after: boolean): TokenBalance[] =>
    [...moved]
      .filter(([mint]) => mint !== WRAPPED_SOL_MINT)
      .map(([mint, amount]) => ({
        accountIndex: 2,
        owner: user,
        mint,
        decimals: findToken(mint)?.decimals ?? 6,
        amount: after ? RICH + amount : RICH,
      }))
  return {
    signature,
    slot,
    error: null,
    feeLamports: FEE,
    signatures: 2,
    accountKeys,
    preBalances: accountKeys.map(() => RICH),
    postBalances: accountKeys.map((_, i) => (i === 0 ? RICH + lamports - FEE : RICH)),
    preTokenBalances: balances(false),
    postTokenBalances: balances(true),
  }
}
