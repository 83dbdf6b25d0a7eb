// Stands by while a launcher runs, and stops what it started when the launcher is gone without having done so itself.
// Standard input: a JSON line `{add: {pid, signals, rank}}` or `{remove: pid}` each; its end means that the launcher died.
import { createInterface } from 'node:readline'
import { endProcess } from './processes.mjs'

const GRACE_MS = 10_000
const watched = new Map()

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})

for await (const line of createInterface({ input: process.stdin })) {
  const { add, remove } = JSON.parse(line)
  if (add) watched.set(add.pid, add)
  if (remove) watched.delete(remove)
}

const ranks = [...new Set([...watched.values()].map(({ rank }) => rank))].sort((a, b) => a - b)
for (const rank of ranks) {
  const together = [...watched.values()].filter((one) => one.rank === rank)
  await Promise.all(together.map(({ pid, signals }) => endProcess(pid, signals, GRACE_MS)))
}
