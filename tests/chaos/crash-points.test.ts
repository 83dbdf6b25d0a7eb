import { CHECKPOINTS } from '@fillstream/core'
import { allEnded, auditOrders } from './crash-audit'
import { startCrashStack, type CrashingService, type CrashStack } from './crash-stack'
import { createTrader, type PlacedOrder, type Trader } from './trader'

let crashing: CrashStack
let trader: Trader
const table: Record<string, string | number>[] = []

beforeAll(async () => {
  crashing = await startCrashStack()
  trader = createTrader(crashing.stack)
}, 120_000)

afterAll(async () => {
  process.stdout.write(printed(table))
  try {
    await trader?.leave()
  } finally {
    await crashing?.close()
  }
}, 30_000)

const services = Object.keys(CHECKPOINTS) as CrashingService[]
const points = services.flatMap((service) => CHECKPOINTS[service].map((point) => ({ service, point })))

test.each(points)(
  '$service killed at $point: every order ends once, and every event is heard',
  async ({ service, point }) => {
    const { stack, crashAt } = crashing
    const placing: Promise<PlacedOrder[]>[] = []
    await crashAt(service, point, () => placing.push(trader.placeMixed()))
    const restarted = performance.now()
    const placed = (await Promise.all(placing)).flat()
    await allEnded(stack, placed)
    const recoveredMs = Math.round(performance.now() - restarted)
    const { wrong, ...counts } = await auditOrders(stack, trader, placed)
    table.push({ point, service, orders: placed.length, ...counts, recoveredMs })
    expect(wrong).toEqual([])
  },
  90_000,
)

function printed(rows: readonly Record<string, string | number>[]): string {
  const columns = Object.keys(rows[0] ?? {})
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column])))]
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)))
  const lines = cells.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}
