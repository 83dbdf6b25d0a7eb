import { connect, createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** What a balancer does: asks every copy whether it is ready, and sends to those that said so. */
export interface Balancer {
  /** Copies that were ready when they were last asked. */
  ready(): string[]
  /** The next ready copy, in turn; null where there is none. */
  next(): string | null
  /** A TCP address that carries each connection to a ready copy: for what knows one address only. */
  readonly port: number
  close(): Promise<void>
}

const INTERVAL_MS = 100
const ANSWER_MS = 500

/** @param copies `http://host:port` of each */
export async function createBalancer(copies: readonly string[]): Promise<Balancer> {
  const wellUntilAsked = new Set<string>()
  const stopping = new AbortController()
  let turn = 0

  async function look(copy: string): Promise<void> {
    while (!stopping.signal.aborted) {
      const well = await fetch(`${copy}/readyz`, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
        async (response) => {
          await response.arrayBuffer()
          return response.ok
        },
        () => false,
      )
      if (well) wellUntilAsked.add(copy)
      else wellUntilAsked.delete(copy)
      await delay(INTERVAL_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const looking = copies.map(look)
  const ready = () => copies.filter((copy) => wellUntilAsked.has(copy))
  const next = () => ready()[turn++ % Math.max(1, ready().length)] ?? null

  const server = createServer((client) => {
    const copy = next()
    if (copy === null) {
      client.destroy()
      return
    }
    const { hostname, port } = new URL(copy)
    const upstream = connect(Number(port), hostname)
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    ready,
    next,
    port: (server.address() as AddressInfo).port,
    async close() {
      stopping.abort()
      server.close()
      await Promise.all(looking)
    },
  }
}
