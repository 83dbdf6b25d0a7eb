import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A localnet of a test's own, as a process: short slots, no delay of landing. */
export interface LocalnetProcess {
  readonly rpcUrl: string
  readonly wsUrl: string
  readonly controlUrl: string
  /** Kills it, as a power cut would. */
  kill(): Promise<void>
  /** Starts it again on its ports with its data. */
  start(): Promise<void>
  close(): Promise<void>
}

const MAIN = resolve(__dirname, '../../../localnet/dist/main.js')

export async function startLocalnet(): Promise<LocalnetProcess> {
  const [rpc = 0, ws = 0, control = 0] = await freePorts(3)
  const folder = mkdtempSync(join(tmpdir(), 'fillstream-router-'))
  const controlUrl = `http://127.0.0.1:${control}`
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = spawn(process.execPath, [MAIN], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        LOCALNET_PORT: String(rpc),
        LOCALNET_WS_PORT: String(ws),
        LOCALNET_CONTROL_PORT: String(control),
        LOCALNET_DATA_DIR: join(folder, 'data'),
        SIM_SLOT_MS: '20',
        SIM_CONFIRM_DELAY_MS: '0',
        SIM_LAUNCH_EVERY_MS: '0',
        SIM_SEED: 'dex-router',
        LOG_LEVEL: 'error',
      },
    })
    await eventually('localnet is ready', async () => (await fetch(`${controlUrl}/readyz`)).ok)
  }

  async function kill(): Promise<void> {
    const ending = child
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    const ended = new Promise((resolveEnd) => ending.once('exit', resolveEnd))
    ending.kill('SIGKILL')
    await ended
  }

  await start()
  return {
    rpcUrl: `http://127.0.0.1:${rpc}`,
    wsUrl: `ws://127.0.0.1:${ws}`,
    controlUrl,
    kill,
    start,
    async close() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Asks until the answer is yes; throws after 30 s. A question that throws was answered no. */
export async function eventually(what: string, question: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await question().catch(() => false)) return
    await pause(50)
  }
  throw new Error(`did not come true within 30 s: ${what}`)
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))))
  return ports
}
