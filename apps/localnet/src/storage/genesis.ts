import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { encodeBase58 } from '@fillstream/core'
import { writeWhole } from './write-whole'

const schema = z.object({
  /** Base58 of 32 bytes: names this chain. */
  genesisHash: z.string().min(32),
  /** Hex of the router authority's 32-byte seed. */
  routerSeed: z.string().regex(/^[0-9a-f]{64}$/),
})

/** What a chain is born with. */
export type Genesis = z.infer<typeof schema>

/** Reads the chain's genesis, or makes one at the first start. `randomBytes` gives that many random bytes. */
export function openGenesis(directory: string, randomBytes: (size: number) => Uint8Array): Genesis {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'genesis.json')
  if (existsSync(path)) return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  const genesis = {
    genesisHash: encodeBase58(randomBytes(32)),
    routerSeed: Buffer.from(randomBytes(32)).toString('hex'),
  }
  writeWhole(path, `${JSON.stringify(genesis, null, 2)}\n`)
  return genesis
}
