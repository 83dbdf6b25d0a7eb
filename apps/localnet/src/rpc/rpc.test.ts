import {
  decodePool,
  POOL_ACCOUNT_SIZE,
  POOL_DISCRIMINATOR,
  encodeBase58,
  quotePool,
  VENUES,
} from '@fillstream/core'
import { findToken, WRAPPED_SOL_MINT } from '@fillstream/types'
import { getTransferSolInstruction } from '@solana-program/system'
import {
  address,
  appendTransactionMessageInstructions,
  blockhash,
  compileTransactionMessage,
  createTransactionMessage,
  getBase64Decoder,
  getBase64EncodedWireTransaction,
  getCompiledTransactionMessageEncoder,
  getSignatureFromTransaction,
  type KeyPairSigner,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
  SOLANA_ERROR__JSON_RPC__INVALID_PARAMS,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE,
  SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND,
  type SolanaError,
  type TransactionMessageBytesBase64,
  lamports,
  type Base58EncodedBytes,
  type Base64EncodedWireTransaction,
  isSolanaError,
  signature as asSignature,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE,
} from '@solana/kit'
import { type Instance, startInstance } from '../testing/instance'
import { associated, namedSigner, randomAddress, signSwap } from '../testing/script'
import { attemptReference } from '@fillstream/core'

const USDC = findToken('USDC')?.mint ?? ''
const SOL = WRAPPED_SOL_MINT

type Lifetime = Parameters<typeof setTransactionMessageLifetimeUsingBlockhash>[0]

describe("localnet seen by @solana/kit's own client", () => {
  let instance: Instance
  beforeAll(async () => {
    instance = await startInstance()
  })
  afterAll(() => instance.end())

  async function readPools() {
    const pools = await Promise.all(
      VENUES.map(async ({ name, programId }) => {
        const accounts = await instance.rpc
          .getProgramAccounts(address(programId), {
            encoding: 'base64',
            filters: [
              { dataSize: BigInt(POOL_ACCOUNT_SIZE) },
              {
                memcmp: {
                  offset: 0n,
                  encoding: 'base58',
                  bytes: encodeBase58(POOL_DISCRIMINATOR) as Base58EncodedBytes,
                },
              },
            ],
          })
          .send()
        return accounts.map(({ pubkey, account }) =>
          decodePool(Buffer.from(account.data[0], 'base64'), { address: pubkey, venue: name }),
        )
      }),
    )
    return pools.flat().flatMap((pool) => (pool === null ? [] : [pool]))
  }

  it('tells of slots, blockhashes, and itself', async () => {
    const { rpc } = instance
    const [genesis, venue, height, slot, epoch, latest] = await Promise.all([
      rpc.getGenesisHash().send(),
      instance.venue(),
      rpc.getBlockHeight({ commitment: 'finalized' }).send(),
      rpc.getSlot({ commitment: 'processed' }).send(),
      rpc.getEpochInfo().send(),
      rpc.getLatestBlockhash().send(),
    ])
    expect(genesis).toBe(venue.genesisHash)
    expect(slot - height).toBeGreaterThanOrEqual(32n)
    expect(epoch.slotsInEpoch).toBe(432_000n)
    expect(latest.value.lastValidBlockHeight).toBe(latest.context.slot + 150n)
    expect(await rpc.getHealth().send()).toBe('ok')
    expect((await rpc.getVersion().send())['solana-core']).toMatch(/^\d+\.\d+\.\d+$/)
    expect((await rpc.isBlockhashValid(latest.value.blockhash).send()).value).toBe(true)
    expect(await rpc.getMinimumBalanceForRentExemption(165n).send()).toBe(2_039_280n)
    expect(await rpc.getRecentPrioritizationFees().send()).toHaveLength(150)
  })

  it('settles a swap of a plain script, and tells all about it', async () => {
    const { rpc, control } = instance
    const user = await namedSigner('rpc user')
    await control('/faucet', { address: user.address, grants: [{ mint: SOL, amount: '100000000000' }] })
    expect((await rpc.getBalance(user.address).send()).value).toBe(100_000_000_000n)

    const pools = await readPools()
    expect(pools).toHaveLength(27)
    const pool = pools.find(({ mintA, mintB }) => mintA === SOL && mintB === USDC)
    if (pool === undefined) throw new Error('no pool')
    const quote = quotePool(pool, SOL, 'ExactIn', 2_000_000_000n)
    if (!quote.ok) throw new Error(quote.reason)
    const minOut = (quote.swap.amountOut * 995n) / 1_000n
    const { value: lifetime } = await rpc.getLatestBlockhash().send()
    const name = { orderId: '01920000-0000-7000-8000-000000000001', attempt: 1 }
    const swap = await signSwap({
      user,
      venue: await instance.venue(),
      inputMint: SOL,
      outputMint: USDC,
      swapMode: 'ExactIn',
      legs: [{ amount: 2_000_000_000n, vault: pool.vaultA, pools: [pool.index] }],
      output: minOut,
      ...name,
      lifetime,
    })
    expect(swap.bytes.length).toBeLessThan(1_232)
    const { body } = await control('/submit', { transaction: swap.transaction })
    expect(body).toEqual({ signature: swap.signature })
    expect(await instance.landed(swap.signature)).toBeNull()

    const account = await associated(user.address, USDC)
    const balance = await rpc.getTokenAccountBalance(account).send()
    expect(BigInt(balance.value.amount)).toBeGreaterThan(minOut)
    expect(balance.value.decimals).toBe(6)

    const found = await rpc
      .getSignaturesForAddress(address(attemptReference(name)), { commitment: 'confirmed' })
      .send()
    expect(found.map(({ memo }) => memo)).toEqual([
      `[43] ${name.orderId}:1:rest`,
      `[${`route:1:ExactIn:${pool.index}`.length}] route:1:ExactIn:${pool.index}; [38] ${name.orderId}:1`,
    ])
    expect(found[1]?.signature).toBe(swap.signature)
    const transactions = await Promise.all(
      found.map(({ signature }) =>
        rpc
          .getTransaction(signature, {
            commitment: 'confirmed',
            encoding: 'json',
            maxSupportedTransactionVersion: 0,
          })
          .send(),
      ),
    )
    const [rest, main] = transactions
    if (!rest?.meta || !main?.meta) throw new Error('no transaction')
    expect(rest.slot).toBe(main.slot)
    expect(main.meta.fee).toBe(10_600n)
    expect(main.meta.computeUnitsConsumed).toBeGreaterThan(1_000n)
    expect(main.transaction.message.accountKeys[0]).toBe(user.address)
    const received = transactions.map((transaction) => {
      const amount = (
        balances:
          | readonly {
              accountIndex: number
              mint: string
              owner?: string
              uiTokenAmount: { amount: string }
            }[]
          | undefined,
      ) =>
        BigInt(
          balances?.find((entry) => entry.owner === user.address && entry.mint === USDC)?.uiTokenAmount
            .amount ?? 0,
        )
      return amount(transaction?.meta?.postTokenBalances) - amount(transaction?.meta?.preTokenBalances)
    })
    expect(received[1]).toBe(minOut)
    expect((received[0] ?? 0n) + minOut).toBe(BigInt(balance.value.amount))

    const base64 = await rpc
      .getTransaction(asSignature(swap.signature), {
        commitment: 'confirmed',
        encoding: 'base64',
        maxSupportedTransactionVersion: 0,
      })
      .send()
    expect(Buffer.from(base64?.transaction[0] ?? '', 'base64').length).toBe(swap.bytes.length)
    const owned = await rpc
      .getTokenAccountsByOwner(user.address, { mint: address(USDC) }, { encoding: 'jsonParsed' })
      .send()
    expect(owned.value[0]?.account.data.parsed.info.tokenAmount.amount).toBe(balance.value.amount)
  })

  const asWire = (transaction: string) => transaction as Base64EncodedWireTransaction

  /** A signed transfer of lamports with the public libraries. */
  async function signTransfer(from: KeyPairSigner, to: string, amount: bigint, lifetime: Lifetime) {
    const message = pipe(
      createTransactionMessage({ version: 0 }),
      (draft) => setTransactionMessageFeePayerSigner(from, draft),
      (draft) => setTransactionMessageLifetimeUsingBlockhash(lifetime, draft),
      (draft) =>
        appendTransactionMessageInstructions(
          [getTransferSolInstruction({ source: from, destination: address(to), amount })],
          draft,
        ),
    )
    const signed = await signTransactionMessageWithSigners(message)
    return {
      signature: getSignatureFromTransaction(signed),
      wire: getBase64EncodedWireTransaction(signed),
      message,
    }
  }

  it('runs plain transactions: airdrop, preflight, sending, and the fee that was foretold', async () => {
    const { rpc } = instance
    const from = await namedSigner('plain')
    const airdrop = await rpc.requestAirdrop(from.address, lamports(5_000_000_000n)).send()
    expect(await instance.landed(airdrop)).toBeNull()
    const to = randomAddress()
    const { value: lifetime } = await rpc.getLatestBlockhash().send()
    const transfer = await signTransfer(from, to, 2_000_000n, lifetime)
    const encoded = getBase64Decoder().decode(
      getCompiledTransactionMessageEncoder().encode(compileTransactionMessage(transfer.message)),
    ) as TransactionMessageBytesBase64
    expect((await rpc.getFeeForMessage(encoded).send()).value).toBe(5_000n)
    const simulated = await rpc
      .simulateTransaction(transfer.wire, { encoding: 'base64', sigVerify: true })
      .send()
    expect(simulated.value.err).toBeNull()
    expect(await rpc.sendTransaction(transfer.wire, { encoding: 'base64' }).send()).toBe(transfer.signature)
    expect(await instance.landed(transfer.signature)).toBeNull()
    expect(await rpc.sendTransaction(transfer.wire, { encoding: 'base64' }).send()).toBe(transfer.signature)
    expect((await rpc.getBalance(address(to)).send()).value).toBe(2_000_000n)
    expect((await rpc.getBalance(from.address).send()).value).toBe(5_000_000_000n - 2_000_000n - 5_000n)
  })

  it('refuses in preflight what would fail, with the codes of a real node', async () => {
    const { rpc } = instance
    const from = await namedSigner('preflight')
    await instance.landed(await rpc.requestAirdrop(from.address, lamports(1_000_000_000n)).send())
    const { value: lifetime } = await rpc.getLatestBlockhash().send()
    const failureOf = async (wire: Base64EncodedWireTransaction, config = {}) => {
      try {
        await rpc.sendTransaction(wire, { encoding: 'base64', ...config }).send()
        return null
      } catch (error) {
        return error as SolanaError
      }
    }
    const tooMuch = await signTransfer(from, randomAddress(), 2_000_000_000n, lifetime)
    const failure = await failureOf(tooMuch.wire)
    expect(
      isSolanaError(failure, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE),
    ).toBe(true)
    expect(failure?.cause).toMatchObject({ context: { index: 0 } })

    const stale = await signTransfer(from, randomAddress(), 1_000_000n, {
      ...lifetime,
      blockhash: blockhash(randomAddress()),
    })
    const unknown = await failureOf(stale.wire)
    expect(isSolanaError(unknown?.cause, SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND)).toBe(true)
    // Unchecked it is let in, and never heard of again.
    expect(await failureOf(stale.wire, { skipPreflight: true })).toBeNull()
    const status = await rpc.getSignatureStatuses([stale.signature]).send()
    expect(status.value).toEqual([null])

    const bytes = Buffer.from(tooMuch.wire, 'base64')
    bytes[5] = (bytes[5] ?? 0) ^ 1
    const forged = await failureOf(asWire(bytes.toString('base64')))
    expect(
      isSolanaError(forged, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_TRANSACTION_SIGNATURE_VERIFICATION_FAILURE),
    ).toBe(true)
    const nonsense = await failureOf(asWire(Buffer.alloc(1_300).toString('base64')))
    expect(isSolanaError(nonsense, SOLANA_ERROR__JSON_RPC__INVALID_PARAMS)).toBe(true)
    const ahead = await failureOf(tooMuch.wire, { minContextSlot: 1_000_000_000n })
    expect(isSolanaError(ahead, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED)).toBe(true)
  })

  it('answers what is no call with the codes of JSON-RPC, and batches', async () => {
    const post = async (body: string) => {
      const response = await fetch(instance.localnet.rpcUrl, { method: 'POST', body })
      return (await response.json()) as { error?: { code: number }; result?: unknown }
    }
    const call = (method: string, params: unknown[] = []) => ({ jsonrpc: '2.0', id: 1, method, params })
    expect((await post('{')).error?.code).toBe(-32_700)
    expect((await post('{}')).error?.code).toBe(-32_600)
    expect((await post(JSON.stringify(call('toString')))).error?.code).toBe(-32_601)
    expect((await post(JSON.stringify(call('getBalance', ['x'])))).error?.code).toBe(-32_602)
    expect((await post(JSON.stringify(call('getBalance')))).error?.code).toBe(-32_602)
    expect((await post('[]')).error?.code).toBe(-32_600)
    const batch = (await post(JSON.stringify([call('getHealth'), call('x')]))) as unknown as {
      result?: string
    }[]
    expect(batch.map(({ result }) => result)).toEqual(['ok', undefined])
    const versionless = [randomAddress(), { encoding: 'json' }]
    expect((await post(JSON.stringify(call('getTransaction', versionless)))).error?.code).toBe(-32_602)
  })
})
