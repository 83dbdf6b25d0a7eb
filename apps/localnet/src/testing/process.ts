import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { temporaryDirectory } from './world'

const MAIN = resolve(__dirname, '../../dist/main.js')
const READY_TRIES = 600

/** localnet as a process of its own (built before), on free ports, with its own data. */
export interface LocalnetProcess {
  readonly rpcUrl: string
  readonly controlUrl: string
  start(): Promise<void>
  /** Sends a signal and waits for the end; the exit code, null where a signal ended it. */
  stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>
  /** Ends it and removes its data. */
  end(): Promise<void>
}

export async function localnetProcess(env: Readonly<Record<string, string>>): Promise<LocalnetProcess> {
  const [rpc = 0, ws = 0, control = 0] = await freePorts(3)
  const directory = temporaryDirectory()
  const controlUrl = `http://127.0.0.1:${control}`
  let child: ChildProcess | undefined
  const stop: LocalnetProcess['stop'] = async (signal) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null
    const ended = once(child, 'exit')
    child.kill(signal)
    const [code] = (await ended) as [number | null]
    return code
  }
  return {
    rpcUrl: `http://127.0.0.1:${rpc}`,
    controlUrl,
    stop,
    async start() {
      child = spawn(process.execPath, [MAIN], {
        cwd: directory,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          LOCALNET_PORT: String(rpc),
          LOCALNET_WS_PORT: String(ws),
          LOCALNET_CONTROL_PORT: String(control),
          LOCALNET_DATA_DIR: directory,
          LOG_LEVEL: 'error',
          ...env,
        },
      })
      for (let tries = 0; tries < READY_TRIES; tries += 1) {
        const ready = await fetch(`${controlUrl}/readyz`).catch(() => null)
        if (ready?.ok === true) return
        await pause(50)
      }
      throw new Error('localnet did not become ready')
    },
    async end() {
      await stop('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))))
  return ports
}
