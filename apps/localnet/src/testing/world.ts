import { mkdtempSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalnetConfig, loadConfig } from '../config'
import { type LocalnetEvents } from '../events'
import { createFaults, type Faults } from '../faults/faults'
import { seededRandom } from '../svm/delay'
import { type LandedTransaction } from '../svm/landed'
import { openWorld, type World } from '../world'
import { grantsFor } from '../tokens/faucet'

/** A directory that no other test uses; who opens it removes it. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'fillstream-localnet-'))
}

/** The configuration of tests: all ports free ones, short slots, no delay unless asked for. */
export function testConfig(overrides: Readonly<Record<string, string>> = {}): LocalnetConfig {
  return loadConfig({
    LOCALNET_PORT: '0',
    LOCALNET_WS_PORT: '0',
    LOCALNET_CONTROL_PORT: '0',
    LOCALNET_DATA_DIR: temporaryDirectory(),
    SIM_SLOT_MS: '20',
    SIM_CONFIRM_DELAY_MS: '0',
    SIM_LAUNCH_EVERY_MS: '0',
    LOG_LEVEL: 'error',
    ...overrides,
  })
}

/** A world whose time only goes on when the test says so, and what it told. */
export interface TestWorld {
  readonly world: World
  readonly config: LocalnetConfig
  readonly faults: Faults
  /** Everything that landed, in order. */
  readonly landed: LandedTransaction[]
  readonly dropped: { signature: string; reason: string }[]
  readonly unpaid: string[]
  /** Lets `slots` slots pass. */
  pass(slots?: number): void
  /** Gives a wallet tokens, by symbol or mint, in the next slot. */
  fund(wallet: string, grants: Readonly<Record<string, bigint>>, autoTopUp?: boolean): Promise<void>
  /** The world as a new process finds it; this one dies without a word, or (`orderly`) closes first. */
  restart(orderly: boolean): Promise<TestWorld>
  /** Closes it and removes its directory. */
  end(): void
}

export async function openTestWorld(config: LocalnetConfig = testConfig()): Promise<TestWorld> {
  let now = 1_700_000_000_000
  const dropped: TestWorld['dropped'] = []
  const unpaid: string[] = []
  const landed: LandedTransaction[] = []
  const ignore = () => undefined
  const events: LocalnetEvents = {
    landed: (transaction) => landed.push(transaction),
    submitted: ignore,
    submitRefused: ignore,
    rpcFailed: ignore,
    rolledBack: ignore,
    faultsSet: ignore,
    faultInjected: ignore,
    consumerCut: ignore,
    launched: ignore,
    launchFailed: ignore,
    dropped: (signature, reason) => dropped.push({ signature, reason }),
    restUnpaid: (signature) => unpaid.push(signature),
  }
  const faults = createFaults(seededRandom(config.SIM_SEED), events)
  const world = await openWorld(config, { now: () => now, randomBytes, fate: () => faults.fate(), events })
  const pass = (slots = 1) => {
    for (let slot = 0; slot < slots; slot += 1) {
      now += config.SIM_SLOT_MS
      world.chain.tick()
    }
  }
  return {
    world,
    config,
    faults,
    landed,
    dropped,
    unpaid,
    pass,
    async fund(wallet, amounts, autoTopUp = false) {
      const grants = await grantsFor(wallet, Object.entries(amounts), world.associated)
      const done = world.chain.atNextSlot(() => world.desk.faucet.give(wallet, grants, autoTopUp))
      pass()
      await done
    },
    restart(orderly) {
      if (orderly) world.close()
      return openTestWorld(config)
    },
    end() {
      world.close()
      rmSync(config.LOCALNET_DATA_DIR, { recursive: true, force: true })
    },
  }
}
