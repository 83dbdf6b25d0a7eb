/** What a fact may be: anything that localnet's JSON can hold. */
export type FactValue =
  bigint | number | string | { readonly [name: string]: FactValue } | readonly FactValue[]

/**
 * What localnet must remember besides accounts (what the faucet gave, which wallets it refills, how far pools were
 * moved): small named values that are journalled with the slot in which they change.
 */
export class Facts {
  private readonly changed = new Map<string, FactValue | null>()
  private readonly before = new Map<string, FactValue | undefined>()

  constructor(private readonly values: Map<string, FactValue> = new Map()) {}

  get(name: string): FactValue | undefined {
    return this.values.get(name)
  }

  /** The bigint of this name; 0 where there is none. */
  count(name: string): bigint {
    const value = this.values.get(name)
    return typeof value === 'bigint' ? value : 0n
  }

  add(name: string, amount: bigint): void {
    this.set(name, this.count(name) + amount)
  }

  set(name: string, value: FactValue): void {
    this.keep(name)
    this.values.set(name, value)
    this.changed.set(name, value)
  }

  /** Puts back what a fact was (undefined: there was none), as if it had never been another. */
  restore(name: string, value: FactValue | undefined): void {
    if (value === undefined) this.values.delete(name)
    else this.values.set(name, value)
    this.changed.set(name, value ?? null)
  }

  entries(): [string, FactValue][] {
    return [...this.values]
  }

  /** What changed since the last call, and what that was before. */
  takeChanges(): {
    readonly now: [string, FactValue | null][]
    readonly before: [string, FactValue | undefined][]
  } {
    const changes = { now: [...this.changed], before: [...this.before] }
    this.changed.clear()
    this.before.clear()
    return changes
  }

  private keep(name: string): void {
    if (!this.before.has(name)) this.before.set(name, this.values.get(name))
  }
}
