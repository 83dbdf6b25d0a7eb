import { WRAPPED_SOL_MINT } from '@fillstream/types'

/* localnet's JSON-RPC as any Solana client reads it. */

const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'

export async function rpc<Result>(url: string, method: string, params: readonly unknown[]): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const answer = (await response.json()) as { result?: Result; error?: { message: string } }
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
  return answer.result as Result
}

interface ParsedTokenAccount {
  readonly account: {
    readonly lamports: number
    readonly data: { readonly parsed: { readonly info: { mint: string; tokenAmount: { amount: string } } } }
  }
}

/** What a wallet holds, by mint, base units; SOL is its lamports and its wrapped SOL together. */
export async function balancesOf(url: string, wallet: string): Promise<Map<string, bigint>> {
  const at = { commitment: 'confirmed' }
  const { value: lamports } = await rpc<{ value: number }>(url, 'getBalance', [wallet, at])
  const { value: accounts } = await rpc<{ value: ParsedTokenAccount[] }>(url, 'getTokenAccountsByOwner', [
    wallet,
    { programId: TOKEN_PROGRAM },
    { ...at, encoding: 'jsonParsed' },
  ])
  const held = new Map([[WRAPPED_SOL_MINT, BigInt(lamports)]])
  for (const { account } of accounts) {
    const { mint, tokenAmount } = account.data.parsed.info
    held.set(mint, (held.get(mint) ?? 0n) + BigInt(tokenAmount.amount))
  }
  return held
}

/** The sum of every token account of a mint, as the token program's accounts say. */
export async function heldOfMint(url: string, mint: string): Promise<bigint> {
  const accounts = await rpc<ParsedTokenAccount[]>(url, 'getProgramAccounts', [
    TOKEN_PROGRAM,
    {
      commitment: 'confirmed',
      encoding: 'jsonParsed',
      filters: [{ dataSize: 165 }, { memcmp: { offset: 0, bytes: mint } }],
    },
  ])
  return accounts.reduce((sum, { account }) => sum + BigInt(account.data.parsed.info.tokenAmount.amount), 0n)
}

/** A transaction of an order, by the memo that it carries. */
export interface LandedAttempt {
  readonly orderId: string
  readonly attempt: number
  readonly signature: string
  readonly succeeded: boolean
}

/** Every settlement of a wallet that the chain has kept, failed ones too, without the second transactions of a slot. */
export async function landedAttempts(url: string, wallet: string): Promise<LandedAttempt[]> {
  const landed: LandedAttempt[] = []
  let before: string | undefined
  for (;;) {
    const page = await rpc<{ signature: string; err: unknown; memo: string | null }[]>(
      url,
      'getSignaturesForAddress',
      [wallet, { limit: 1_000, commitment: 'confirmed', ...(before ? { before } : {}) }],
    )
    for (const { signature, err, memo } of page) {
      const match = /([0-9a-f-]{36}):(\d+)(?!:rest)(?:;|$)/.exec(memo ?? '')
      if (match?.[1])
        landed.push({ orderId: match[1], attempt: Number(match[2]), signature, succeeded: err === null })
    }
    const last = page.at(-1)
    if (page.length < 1_000 || !last) return landed
    before = last.signature
  }
}
