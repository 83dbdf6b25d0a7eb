import { rmSync } from 'node:fs'
import {
  createSolanaRpc,
  createSolanaRpcSubscriptions,
  type Rpc,
  type RpcSubscriptions,
  type SolanaRpcApi,
  type SolanaRpcSubscriptionsApi,
  signature as asSignature,
} from '@solana/kit'
import {
  type Deps,
  createLogger,
  createMetrics,
  systemClock,
  systemIds,
  systemRandom,
} from '@fillstream/runtime'
import { type LocalnetConfig } from '../config'
import { type Localnet, start } from '../start'
import { type VenueInfo } from './script'
import { testConfig } from './world'

/** A started localnet and what a plain script talks to it with. */
export interface Instance {
  readonly localnet: Localnet
  readonly config: LocalnetConfig
  readonly rpc: Rpc<SolanaRpcApi>
  readonly subscriptions: RpcSubscriptions<SolanaRpcSubscriptionsApi>
  /** Calls the control API; `body` makes it a POST. */
  control(path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
  venue(): Promise<VenueInfo & { genesisHash: string }>
  /** Closes it and removes its directory. */
  end(): Promise<void>
  /** Waits until a signature has this commitment; its error. Rejects after some seconds. */
  landed(signature: string, commitment?: 'processed' | 'confirmed' | 'finalized'): Promise<unknown>
}

const WAIT_MS = 10_000
const ORDER = ['processed', 'confirmed', 'finalized']

export function testDeps(): Deps {
  return {
    clock: systemClock,
    ids: systemIds,
    random: systemRandom,
    logger: createLogger({ service: 'localnet', level: 'error' }),
    metrics: createMetrics('localnet', { processMetrics: false }),
    checkpoint: () => {},
  }
}

export async function startInstance(config: LocalnetConfig = testConfig()): Promise<Instance> {
  const localnet = await start(config, testDeps())
  const rpc = createSolanaRpc(localnet.rpcUrl)
  const control: Instance['control'] = async (path, body) => {
    const init =
      body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body, (_key, value: unknown) =>
              typeof value === 'bigint' ? value.toString() : value,
            ),
          }
    const response = await fetch(`${localnet.controlUrl}${path}`, init)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return {
    localnet,
    config,
    rpc,
    control,
    subscriptions: createSolanaRpcSubscriptions(localnet.wsUrl),
    venue: async () => (await control('/venue')).body as unknown as VenueInfo & { genesisHash: string },
    async end() {
      await localnet.close()
      rmSync(config.LOCALNET_DATA_DIR, { recursive: true, force: true })
    },
    async landed(signature, commitment = 'confirmed') {
      const end = systemClock.monotonic() + WAIT_MS
      while (systemClock.monotonic() < end) {
        const { value } = await rpc
          .getSignatureStatuses([asSignature(signature)], { searchTransactionHistory: true })
          .send()
        const [status] = value
        if (ORDER.indexOf(status?.confirmationStatus ?? '') >= ORDER.indexOf(commitment)) return status?.err
        await systemClock.sleep(config.SIM_SLOT_MS)
      }
      throw new Error(`${signature} did not land`)
    },
  }
}
