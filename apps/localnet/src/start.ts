import { type Deps } from '@fillstream/runtime'
import { type LocalnetConfig } from './config'
import { serveControl } from './control/server'
import { createEvents } from './events'
import { connectionFaults } from './faults/connection'
import { createFaults } from './faults/faults'
import { startLaunches } from './launches/schedule'
import { servePubSub } from './rpc/pubsub'
import { serveRpc, TOO_MANY_REQUESTS } from './rpc/server'
import { lockDirectory } from './storage/lock'
import { seededRandom } from './svm/delay'
import { laggingNode } from './svm/node-view'
import { startTicker } from './svm/ticker'
import { openWorld } from './world'

/** A running localnet. */
export interface Localnet {
  readonly rpcUrl: string
  /** The second JSON-RPC address; null without LOCALNET_REPLICA_PORT. */
  readonly replicaUrl: string | null
  readonly wsUrl: string
  readonly controlUrl: string
  /** Stops the slots, closes the servers and writes the state out. */
  close(): Promise<void>
}

/** Starts localnet: opens (or makes) its world, ticks, serves RPC, PubSub and the control API. */
export async function start(config: LocalnetConfig, deps: Deps): Promise<Localnet> {
  const { clock, random, logger, metrics } = deps
  const unlock = lockDirectory(config.LOCALNET_DATA_DIR)
  const events = createEvents(logger, metrics)
  const faults = createFaults(seededRandom(`faults:${config.SIM_SEED}`), events)
  const opened: (() => Promise<unknown> | void)[] = [unlock]
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close()
  }
  try {
    const world = await openWorld(config, {
      now: () => clock.now(),
      randomBytes: (size) => Uint8Array.from({ length: size }, () => Math.floor(random.next() * 256)),
      fate: () => faults.fate(),
      events,
    })
    opened.push(() => world.close())
    const ticker = startTicker(
      clock,
      config.SIM_SLOT_MS,
      () => world.chain.tick(),
      (error) => {
        // What is on disk is whole, what is in memory may not be: only a restart brings them together.
        logger.error('the chain stopped', { error })
        process.exit(1)
      },
    )
    opened.push(() => ticker.stop())
    if (config.SIM_LAUNCH_EVERY_MS > 0) {
      const launches = startLaunches(world.launcher, config.SIM_LAUNCH_EVERY_MS, {
        clock,
        random: seededRandom(`launches:${config.SIM_SEED}`),
        events,
      })
      opened.push(() => launches.stop())
    }
    const host = config.HOST
    const pubsub = await servePubSub(world, () => faults.current.pubsub.silent, events, {
      host,
      port: config.LOCALNET_WS_PORT,
      slotMs: config.SIM_SLOT_MS,
    })
    opened.push(() => pubsub.close())
    const faultsOf = (name: 'rpc' | 'replica') =>
      connectionFaults(
        { name, faults: () => faults.current[name], tooManyRequests: TOO_MANY_REQUESTS },
        clock,
        events,
      )
    const rpc = await serveRpc(world, world.chain, faultsOf('rpc'), events, {
      host,
      port: config.LOCALNET_PORT,
    })
    opened.push(() => rpc.close(CLOSE_GRACE_MS))
    let replicaUrl: string | null = null
    if (config.LOCALNET_REPLICA_PORT !== undefined) {
      const node = laggingNode(world.chain, () => faults.current.replica.lagSlots)
      const replica = await serveRpc(world, node, faultsOf('replica'), events, {
        host,
        port: config.LOCALNET_REPLICA_PORT,
      })
      opened.push(() => replica.close(CLOSE_GRACE_MS))
      replicaUrl = replica.url
    }
    const control = await serveControl(world, faults, events, deps, {
      host,
      port: config.LOCALNET_CONTROL_PORT,
    })
    opened.push(() => control.server.close(CLOSE_GRACE_MS))
    opened.push(() => control.health.drain())
    const urls = { rpcUrl: rpc.url, replicaUrl, wsUrl: pubsub.url, controlUrl: control.server.url }
    logger.info('localnet runs', {
      ...urls,
      genesisHash: world.genesis.genesisHash,
      slot: world.chain.slot('processed'),
    })
    return { ...urls, close: closeAll }
  } catch (error) {
    await closeAll()
    throw error
  }
}

const CLOSE_GRACE_MS = 2_000
