/**
 * Addresses by owner, those of former owners too until they are forgotten: who reads an earlier slot asks for what an owner had then.
 */
export class OwnerIndex {
  private readonly addresses = new Map<string, Set<string>>()
  private readonly former = new Map<string, Set<string>>()

  /** Addresses that are this owner's, or were. */
  of(owner: string): string[] {
    return [...(this.addresses.get(owner) ?? [])]
  }

  /** From one owner to another; undefined: nobody. */
  move(address: string, before: string | undefined, after: string | undefined): void {
    if (before === after) return
    if (before !== undefined) add(this.former, address, before)
    if (after === undefined) return
    add(this.addresses, after, address)
    take(this.former, address, after)
  }

  /** No slot is read any more in which `address` was a former owner's. */
  forgetFormer(address: string): void {
    for (const owner of this.former.get(address) ?? []) take(this.addresses, owner, address)
    this.former.delete(address)
  }
}

function add(sets: Map<string, Set<string>>, key: string, item: string): void {
  const items = sets.get(key)
  if (items === undefined) sets.set(key, new Set([item]))
  else items.add(item)
}

function take(sets: Map<string, Set<string>>, key: string, item: string): void {
  const items = sets.get(key)
  items?.delete(item)
  if (items?.size === 0) sets.delete(key)
}
