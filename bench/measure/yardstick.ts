import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A process of a yardstick (bench/yardsticks), or another of the bench's own. */
export interface YardstickProcess {
  readonly pid: number
  /** `host:port` of what it serves. */
  readonly address: string
  /** Sends a line and resolves with the next one that comes back. */
  ask(line: string): Promise<string>
  stop(): Promise<void>
}

/** Starts `bench/dist/<folder>/<name>.js` and waits until it says that it is ready. */
export async function startYardstick(
  name: string,
  env: Readonly<Record<string, string>>,
  folder: 'yardsticks' | 'mains' = 'yardsticks',
): Promise<YardstickProcess> {
  const entry = join(__dirname, '../dist', folder, `${name}.js`)
  const child: ChildProcess = spawn(process.execPath, [entry], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
  })
  const exited = once(child, 'exit')
  const lines: string[] = []
  const waiting: ((line: string) => void)[] = []
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const next = waiting.shift()
    if (next) next(line)
    else lines.push(line)
  })
  const read = () =>
    new Promise<string>((resolve, reject) => {
      const line = lines.shift()
      if (line !== undefined) return resolve(line)
      waiting.push(resolve)
      void exited.then(() => reject(new Error(`${name} has ended`)))
    })
  const [, port] = (await read()).split(' ')
  return {
    pid: child.pid as number,
    address: `127.0.0.1:${port}`,
    ask(line) {
      child.stdin?.write(`${line}\n`)
      return read()
    },
    async stop() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
