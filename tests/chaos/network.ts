import { createLink, type Link, type LinkState } from './switchable-proxy'

export const NETWORK_TARGETS = ['redis', 'postgres', 'localnet'] as const
export type NetworkTarget = (typeof NETWORK_TARGETS)[number]

/** Variables that hold an address, and whose network that is. `CHAIN_RPC_URL` may hold several. */
const ADDRESSES: Readonly<Record<string, NetworkTarget>> = {
  REDIS_URL: 'redis',
  DATABASE_URL: 'postgres',
  CHAIN_RPC_URL: 'localnet',
  CHAIN_WS_URL: 'localnet',
  VENUE_API_URL: 'localnet',
}

/** A link of its own between every process and every server that it speaks to. */
export interface Network {
  /** The environment of a process with the addresses of its links. The same links at every start. */
  environmentOf(name: string, environment: Readonly<Record<string, string>>): Promise<Record<string, string>>
  /** What happens to all that the process and the server say to each other. */
  set(name: string, target: NetworkTarget, state: LinkState): void
  close(): Promise<void>
}

export function createNetwork(): Network {
  const links = new Map<
    string,
    { readonly link: Link; readonly name: string; readonly target: NetworkTarget }
  >()

  async function linkedUrl(name: string, target: NetworkTarget, url: string): Promise<string> {
    const address = new URL(url)
    const key = `${name} ${address.host}`
    const known = links.get(key)
    const link = known?.link ?? (await createLink({ host: address.hostname, port: Number(address.port) }))
    links.set(key, { link, name, target })
    address.host = `127.0.0.1:${link.port}`
    return address.toString().replace(/\/$/, '')
  }

  return {
    async environmentOf(name, environment) {
      const linked: Record<string, string> = {}
      for (const [variable, target] of Object.entries(ADDRESSES)) {
        const urls = environment[variable]?.split(',') ?? []
        const through: string[] = []
        for (const url of urls) through.push(await linkedUrl(name, target, url))
        if (through.length > 0) linked[variable] = through.join(',')
      }
      return linked
    },
    set(name, target, state) {
      for (const entry of links.values())
        if (entry.name === name && entry.target === target) entry.link.set(state)
    },
    async close() {
      await Promise.all([...links.values()].map(({ link }) => link.close()))
    },
  }
}
