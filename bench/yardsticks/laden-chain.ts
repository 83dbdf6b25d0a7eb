import { Agent, request } from 'node:http'
import { inGroupsOf } from '@fillstream/core'

/** A settlement that was signed ahead, base58 and base64. */
export interface SignedAhead {
  readonly signature: string
  readonly transaction: string
  /** The account by which the transactions of the settlement name each other. */
  readonly reference: string
}

/**
 * Settles on localnet with as little as can be asked of it: handed over once, looked for once a slot, and read when it is confirmed: what
 * a venue pays beyond the signed bound arrives by a second transaction, without which nobody knows what was filled.
 */
export interface LadenChain {
  send(signed: SignedAhead): Promise<void>
  /** Resolves when it is confirmed, and all that it moved has been read. */
  confirmed(signed: SignedAhead): Promise<void>
  finalized(signed: SignedAhead): Promise<void>
}

const SLOT_MS = 400
/** Slots until a block is final. */
const FINAL_MS = 32 * SLOT_MS
const LOOK_FOR_FINAL_MS = 2_000
/** What `getSignatureStatuses` takes at once. */
const PAGE = 256
/** Calls of one request. */
const BATCH = 50
const READ = { encoding: 'base64', commitment: 'confirmed', maxSupportedTransactionVersion: 0 }

interface Waiting {
  readonly signed: SignedAhead
  readonly since: number
  readonly done: () => void
}

type Status = { readonly err: unknown; readonly confirmationStatus: string } | null

export function createLadenChain(urls: { readonly submit: string; readonly rpc: string }): LadenChain {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const ask = async <Result>(method: string, calls: readonly unknown[][]): Promise<Result[]> => {
    const body = calls.map((params, id) => ({ jsonrpc: '2.0', id, method, params }))
    const answers = JSON.parse(await post(agent, urls.rpc, JSON.stringify(body))) as { result: Result }[]
    return answers.map(({ result }) => result)
  }
  const transactions = (signatures: readonly string[]) =>
    ask(
      'getTransaction',
      signatures.map((signature) => [signature, READ]),
    )
  async function read(settlements: readonly SignedAhead[]): Promise<void> {
    for (const some of inGroupsOf(BATCH, settlements)) {
      const own = some.map(({ signature }) => signature)
      const [, named] = await Promise.all([
        transactions(own),
        ask<{ signature: string }[]>(
          'getSignaturesForAddress',
          some.map(({ reference }) => [reference, { commitment: READ.commitment }]),
        ),
      ])
      const others = named.flat().flatMap(({ signature }) => (own.includes(signature) ? [] : [signature]))
      if (others.length > 0) await transactions(others)
    }
  }

  /** Looks at all that wait, a page at a time; those that have got so far wait no more. */
  function startLooking(
    everyMs: number,
    afterMs: number,
    levels: readonly string[],
    found: (settlements: readonly SignedAhead[]) => Promise<void>,
  ): (signed: SignedAhead) => Promise<void> {
    let waiting: Waiting[] = []
    async function look(): Promise<void> {
      const due = waiting.filter(({ since }) => since <= performance.now() - afterMs)
      const reached = new Set<Waiting>()
      for (const asked of inGroupsOf(PAGE, due)) {
        const [answer] = await ask<{ value: Status[] }>('getSignatureStatuses', [
          [asked.map(({ signed }) => signed.signature), { searchTransactionHistory: true }],
        ])
        for (const [i, one] of asked.entries())
          if (levels.includes(answer?.value[i]?.confirmationStatus ?? '')) reached.add(one)
      }
      if (reached.size === 0) return
      await found([...reached].map(({ signed }) => signed))
      waiting = waiting.filter((one) => !reached.has(one))
      for (const one of reached) one.done()
    }
    const again = () => void look().finally(() => setTimeout(again, everyMs))
    again()
    return (signed) => new Promise((done) => waiting.push({ signed, since: performance.now(), done }))
  }

  const confirmed = startLooking(SLOT_MS, 0, ['confirmed', 'finalized'], read)
  const finalized = startLooking(LOOK_FOR_FINAL_MS, FINAL_MS, ['finalized'], () => Promise.resolve())
  return {
    send: async ({ transaction }) => {
      await post(agent, urls.submit, JSON.stringify({ transaction }))
    },
    confirmed,
    finalized,
  }
}

function post(agent: Agent, url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (answer.statusCode === 200) resolve(text)
        else reject(new Error(`${url} answered ${answer.statusCode}: ${text}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
