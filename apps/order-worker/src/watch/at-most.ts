/**
 * Runs `work` over all items, at most `most` of them at a time: one that is slow holds up no other. After a failure none begins;
 * it is thrown when those under way have ended.
 */
export async function atMost<Item>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = []
  const rest = items.values()
  async function run(): Promise<void> {
    for (const item of rest) {
      if (failures.length > 0) return
      try {
        await work(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, run))
  if (failures.length > 0) throw failures[0]
}
