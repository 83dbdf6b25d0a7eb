import { readdirSync, readFileSync } from 'node:fs'

/** What a process, with those it has started, has used so far. */
export interface Usage {
  /** Seconds of one core. */
  readonly cpuSeconds: number
  /** Bytes sent to the block layer; 0 where the kernel does not tell. */
  readonly writtenBytes: number
  readonly residentBytes: number
}

const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4_096
/** Fields of /proc/<pid>/stat behind the name: user and system ticks, the same of children that have ended, resident pages. */
const [UTIME, STIME, CUTIME, CSTIME, RSS] = [11, 12, 13, 14, 21]

/** Usage of a process and all that descend from it (Postgres works in children), from /proc. */
export function usageOf(pid: number): Usage {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const child = Number(name)
    const stat = Number.isInteger(child) ? statOf(child) : null
    if (stat) children.set(stat.parent, [...(children.get(stat.parent) ?? []), child])
  }
  const all = [pid]
  for (const one of all) all.push(...(children.get(one) ?? []))
  return all.map(ownUsage).reduce(add)
}

/** Later minus earlier; what is resident is the later one's. */
export function usedBetween(earlier: Usage, later: Usage): Usage {
  return {
    cpuSeconds: later.cpuSeconds - earlier.cpuSeconds,
    writtenBytes: later.writtenBytes - earlier.writtenBytes,
    residentBytes: later.residentBytes,
  }
}

/** What each process has used since `before`, by name. */
export function usedByProcess(
  before: ReadonlyMap<string, Usage>,
  after: ReadonlyMap<string, Usage>,
): ReadonlyMap<string, Usage> {
  return new Map(
    [...after].flatMap(([name, usage]) => {
      const was = before.get(name)
      return was ? [[name, usedBetween(was, usage)] as const] : []
    }),
  )
}

/** CPU time since `before` as text: microseconds an order, by process. */
export function formatCpu(
  before: ReadonlyMap<string, Usage>,
  after: ReadonlyMap<string, Usage>,
  orders: number,
): string {
  return [...usedByProcess(before, after)]
    .map(([name, { cpuSeconds }]) => `${name} ${Math.round((cpuSeconds / orders) * 1e6)}`)
    .join(', ')
}

function add(a: Usage, b: Usage): Usage {
  return {
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
    writtenBytes: a.writtenBytes + b.writtenBytes,
    residentBytes: a.residentBytes + b.residentBytes,
  }
}

function ownUsage(pid: number): Usage {
  const stat = statOf(pid)
  if (!stat) return { cpuSeconds: 0, writtenBytes: 0, residentBytes: 0 }
  const ticks = [UTIME, STIME, CUTIME, CSTIME].reduce((sum, field) => sum + Number(stat.fields[field]), 0)
  const written = /^write_bytes: (\d+)/m.exec(readProc(pid, 'io') ?? '')?.[1]
  return {
    cpuSeconds: ticks / TICKS_PER_SECOND,
    writtenBytes: Number(written ?? 0),
    residentBytes: Number(stat.fields[RSS]) * PAGE_BYTES,
  }
}

function statOf(pid: number): { readonly parent: number; readonly fields: readonly string[] } | null {
  const text = readProc(pid, 'stat')
  if (text === null) return null
  // The name stands in brackets and may hold blanks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { parent: Number(fields[1]), fields }
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return null
  }
}
