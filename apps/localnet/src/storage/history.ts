import { join } from 'node:path'
import { type LandedSummary, type LandedTransaction } from '../svm/landed'
import { type TransactionError } from '../svm/transaction-error'
import { AppendFile } from './append-file'
import { checkedLine, checkLine, readLines } from './lines'
import { parseJson, stringifyJson } from './json'

const CACHE = 2_000
// 'crc32 ' before the text of a line.
const LINE_HEAD = 9

/** Where `getSignaturesForAddress` begins and ends. */
export interface SignatureRange {
  readonly limit: number
  /** Only older ones than this. */
  readonly before?: string | undefined
  /** Stop before this one. */
  readonly until?: string | undefined
}

/**
 * Every landed transaction, for ever: a look-up that finds nothing must mean 'never landed'. The transactions lie in a
 * file; in memory are their places, errors and an index by address (some 100 bytes for each account of each).
 */
export class History {
  private readonly file: AppendFile
  private readonly ordinals = new Map<string, number>()
  private readonly places: { offset: number; length: number; slot: number }[] = []
  private readonly errors = new Map<number, TransactionError>()
  private readonly byAddress = new Map<string, number[]>()
  private readonly cache = new Map<number, LandedTransaction>()

  /** Opens the file in `directory`: its first `logged` bytes, and in place of what follows `lines`. */
  constructor(directory: string, logged: number, lines: readonly string[]) {
    this.file = new AppendFile(join(directory, 'transactions.log'))
    this.file.truncate(logged)
    if (lines.length > 0) this.file.append(Buffer.concat(lines.map(checkedLine)))
    const good = readLines(this.file, (text, offset, length) => {
      const split = text.indexOf('\t')
      const head = parseJson(text.slice(0, split)) as Head
      this.index(head, { offset, length, slot: head.slot })
    })
    if (good < logged || good !== this.file.size)
      throw new Error(`the transaction log is damaged at byte ${good}`)
  }

  /** Bytes of the file. */
  get size(): number {
    return this.file.size
  }

  get count(): number {
    return this.places.length
  }

  /** Adds transactions with their lines, which the state's journal has made safe. They can be found at once. */
  append(transactions: readonly LandedTransaction[], texts: readonly string[]): void {
    const lines = texts.map(checkedLine)
    let offset = this.file.size
    this.file.append(Buffer.concat(lines))
    transactions.forEach((transaction, index) => {
      const length = lines[index]?.length ?? 0
      this.index(transaction, { offset, length, slot: transaction.slot })
      this.remember(this.places.length - 1, transaction)
      offset += length
    })
  }

  /** How many transactions landed after `slot`, and the bytes of the file before them. */
  after(slot: number): { readonly count: number; readonly logged: number } {
    const first = this.firstAfter(slot)
    return { count: this.places.length - first, logged: this.places[first]?.offset ?? this.file.size }
  }

  /** Forgets what landed after `slot`; the state's journal says so already. */
  discardAfter(slot: number): void {
    const { logged } = this.after(slot)
    const first = this.firstAfter(slot)
    for (let ordinal = this.places.length - 1; ordinal >= first; ordinal -= 1) {
      const { signature, keys } = this.load(ordinal)
      this.ordinals.delete(signature)
      this.errors.delete(ordinal)
      this.cache.delete(ordinal)
      for (const key of keys) {
        const ordinals = this.byAddress.get(key) ?? []
        while ((ordinals.at(-1) ?? -1) >= ordinal) ordinals.pop()
      }
    }
    this.places.length = first
    this.file.truncate(logged)
  }

  has(signature: string): boolean {
    return this.ordinals.has(signature)
  }

  status(signature: string): { slot: number; err: TransactionError | null } | null {
    const ordinal = this.ordinals.get(signature)
    const place = ordinal === undefined ? undefined : this.places[ordinal]
    if (ordinal === undefined || place === undefined) return null
    return { slot: place.slot, err: this.errors.get(ordinal) ?? null }
  }

  transaction(signature: string): LandedTransaction | null {
    const ordinal = this.ordinals.get(signature)
    return ordinal === undefined ? null : this.load(ordinal)
  }

  /** Transactions that name `address`, newest first, of slots up to `maxSlot`. */
  forAddress(address: string, maxSlot: number, { limit, before, until }: SignatureRange): LandedSummary[] {
    const ordinals = this.byAddress.get(address) ?? []
    const from = before === undefined ? Infinity : (this.ordinals.get(before) ?? -1)
    const to = until === undefined ? -1 : (this.ordinals.get(until) ?? -1)
    const found: LandedSummary[] = []
    for (let at = lastBelow(ordinals, from); at >= 0 && found.length < limit; at -= 1) {
      const ordinal = ordinals[at] ?? 0
      if (ordinal <= to) break
      if ((this.places[ordinal]?.slot ?? 0) <= maxSlot) found.push(this.load(ordinal))
    }
    return found
  }

  sync(): void {
    this.file.sync()
  }

  close(): void {
    this.file.close()
  }

  private index(head: Head, place: { offset: number; length: number; slot: number }): void {
    const ordinal = this.places.push(place) - 1
    this.ordinals.set(head.signature, ordinal)
    if (head.err !== null) this.errors.set(ordinal, head.err)
    for (const key of head.keys) {
      const ordinals = this.byAddress.get(key)
      if (ordinals === undefined) this.byAddress.set(key, [ordinal])
      else ordinals.push(ordinal)
    }
  }

  private firstAfter(slot: number): number {
    let first = this.places.length
    while (first > 0 && (this.places[first - 1]?.slot ?? 0) > slot) first -= 1
    return first
  }

  private load(ordinal: number): LandedTransaction {
    const cached = this.cache.get(ordinal)
    if (cached !== undefined) return cached
    const { offset, length } = this.places[ordinal] ?? { offset: 0, length: LINE_HEAD }
    const text = checkLine(this.file.read(offset, length - 1))
    if (text === null) throw new Error(`the transaction log is damaged at byte ${offset}`)
    const transaction = decodeLanded(text)
    this.remember(ordinal, transaction)
    return transaction
  }

  private remember(ordinal: number, transaction: LandedTransaction): void {
    this.cache.set(ordinal, transaction)
    const oldest = this.cache.keys().next()
    if (this.cache.size > CACHE && oldest.done !== true) this.cache.delete(oldest.value)
  }
}

type Head = Pick<LandedTransaction, 'signature' | 'slot' | 'err' | 'keys'>

/** A transaction as a line of the log. Only the part before the tab is parsed when the index is built. */
export function encodeLanded(transaction: LandedTransaction): string {
  const { signature, slot, err, keys, bytes, inner, ...rest } = transaction
  const body = {
    ...rest,
    bytes: Buffer.from(bytes).toString('base64'),
    inner: inner.map((calls) =>
      calls.map((call) => ({ ...call, data: Buffer.from(call.data).toString('base64') })),
    ),
  }
  return `${stringifyJson({ signature, slot, err, keys })}\t${stringifyJson(body)}`
}

function decodeLanded(line: string): LandedTransaction {
  const split = line.indexOf('\t')
  const head = parseJson(line.slice(0, split)) as Head
  const body = parseJson(line.slice(split + 1)) as Omit<LandedTransaction, 'bytes' | 'inner'> & {
    bytes: string
    inner: (Omit<LandedTransaction['inner'][number][number], 'data'> & { data: string })[][]
  }
  return {
    ...body,
    ...head,
    bytes: Buffer.from(body.bytes, 'base64'),
    inner: body.inner.map((calls) =>
      calls.map((call) => ({ ...call, data: Buffer.from(call.data, 'base64') })),
    ),
  }
}

/** The last place whose ordinal is below `limit`; -1 where there is none. */
function lastBelow(ordinals: readonly number[], limit: number): number {
  let low = 0
  let high = ordinals.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ordinals[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return low - 1
}
