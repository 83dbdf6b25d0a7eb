import { mkdtempSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalnetConfig, loadConfig } from '../config'
import { type LocalnetEvents } from '../events'
import { openWorld, type World } from '../world'
import { grantsFor } from '../tokens/faucet'

/** A directory that no other test uses, gone when the tests are. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'fillstream-localnet-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  return directory
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
    LOG_LEVEL: 'error',
    ...overrides,
  })
}

/** A world whose time only goes on when the test says so, and what it told. */
export interface TestWorld {
  readonly world: World
  readonly config: LocalnetConfig
  readonly dropped: { signature: string; reason: string }[]
  readonly unpaid: string[]
  /** Lets `slots` slots pass. */
  pass(slots?: number): void
  /** Gives a wallet tokens, by symbol or mint, in the next slot. */
  fund(wallet: string, grants: Readonly<Record<string, bigint>>, autoTopUp?: boolean): Promise<void>
}

export async function openTestWorld(config: LocalnetConfig = testConfig()): Promise<TestWorld> {
  let now = 1_700_000_000_000
  const dropped: TestWorld['dropped'] = []
  const unpaid: string[] = []
  const ignore = () => undefined
  const events: LocalnetEvents = {
    landed: ignore,
    submitted: ignore,
    submitRefused: ignore,
    rpcFailed: ignore,
    consumerCut: ignore,
    dropped: (signature, reason) => dropped.push({ signature, reason }),
    restUnpaid: (signature) => unpaid.push(signature),
  }
  const world = await openWorld(config, { now: () => now, randomBytes, events })
  const pass = (slots = 1) => {
    for (let slot = 0; slot < slots; slot += 1) {
      now += config.SIM_SLOT_MS
      world.chain.tick()
    }
  }
  return {
    world,
    config,
    dropped,
    unpaid,
    pass,
    async fund(wallet, amounts, autoTopUp = false) {
      const grants = await grantsFor(wallet, Object.entries(amounts), world.associated)
      const done = world.chain.atNextSlot(() => world.desk.faucet.give(wallet, grants, autoTopUp))
      pass()
      await done
    },
  }
}
