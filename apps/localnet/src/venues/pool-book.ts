import {
  type AddressBook,
  decodePool,
  encodePool,
  type PoolState,
  venueByName,
  VENUES,
} from '@fillstream/core'
import { type Facts } from '../storage/facts'
import { type Ledger } from '../svm/ledger'
import { grantedFact } from '../svm/run-transaction'
import { WRAPPED_SOL_MINT } from '@fillstream/types'

/** The pools by index and address; their truth are the pool accounts, of which this is the decoded form. */
export class PoolBook {
  private readonly byIndex = new Map<number, PoolState>()
  private readonly byAddress = new Map<string, PoolState>()
  private readonly byVault = new Map<string, PoolState>()

  constructor(
    private readonly ledger: Ledger,
    private readonly rentFor: (bytes: number) => bigint,
    private readonly addresses: AddressBook,
  ) {
    this.readAll()
  }

  /** Reads all pools from their accounts, which were changed past this book. */
  readAll(): void {
    for (const known of [this.byIndex, this.byAddress, this.byVault]) known.clear()
    for (const venue of VENUES) {
      for (const address of this.ledger.ownedBy(venue.programId)) {
        const account = this.ledger.read(address)
        if (account?.owner !== venue.programId) continue
        const pool = decodePool(account.data, { address, venue: venue.name })
        if (pool !== null) this.remember(pool)
      }
    }
  }

  /** All pools, by index. */
  all(): PoolState[] {
    return [...this.byIndex.values()].sort((left, right) => left.index - right.index)
  }

  /** Those of new tokens. */
  launched(): PoolState[] {
    return [...this.byIndex.values()].filter(({ launch }) => launch !== null)
  }

  /** An index that no pool has. */
  nextIndex(): number {
    return Math.max(0, ...this.byIndex.keys()) + 1
  }

  at(index: number): PoolState | undefined {
    return this.byIndex.get(index)
  }

  find(address: string): PoolState | undefined {
    return this.byAddress.get(address)
  }

  /** The pool one of whose vaults this is. */
  ofVault(vault: string): PoolState | undefined {
    return this.byVault.get(vault)
  }

  /** Makes the account of a new pool. Its vaults are the caller's to make and to fill. */
  create(pool: PoolState, facts: Facts): void {
    const data = this.encode(pool)
    const lamports = this.rentFor(data.length)
    facts.add(grantedFact(WRAPPED_SOL_MINT), lamports)
    const owner = venueByName(pool.venue).programId
    this.ledger.write(pool.address, { lamports, data, owner, executable: false })
    this.remember(pool)
  }

  /** Writes a pool's new state. What its vaults hold is the caller's to move. */
  update(pool: PoolState): void {
    const account = this.ledger.read(pool.address)
    if (account === null) throw new RangeError(`no pool ${pool.address}`)
    this.ledger.write(pool.address, { ...account, data: this.encode(pool) })
    this.remember(pool)
  }

  private encode(pool: PoolState): Uint8Array {
    return encodePool(pool, (address) => this.addresses.bytesOf(address))
  }

  private remember(pool: PoolState): void {
    this.byIndex.set(pool.index, pool)
    this.byAddress.set(pool.address, pool)
    this.byVault.set(pool.vaultA, pool)
    this.byVault.set(pool.vaultB, pool)
  }
}
