/** Runs `work` over all items, `size` at a time; the first failure is thrown after its group has ended. */
export async function inGroups<Item>(
  items: readonly Item[],
  size: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += size) {
    const done = await Promise.allSettled(items.slice(at, at + size).map(work))
    const failed = done.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }
}
