import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { startAgain, type Fault } from './fault'

const NOBODY = 65_534
const DISK = '2g'
const PIECE = Buffer.alloc(4 * 1024 * 1024)

/** A disk of Postgres's own that can be filled: a tmpfs, which takes root. */
export interface SmallDisk {
  readonly fault: Fault
  /** Puts Postgres's data on the disk; call it before the stack starts. */
  prepare(dataDir: string): void
  remove(): void
}

export function createSmallDisk(): SmallDisk {
  let mount: string | null = null
  let impossible: string | null = null

  function makeMount(): string {
    const home = mkdtempSync('/var/tmp/fillstream-chaos-')
    chmodSync(home, 0o755)
    const folder = join(home, 'data-small-disk')
    mkdirSync(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', folder], { stdio: 'pipe' })
    chownSync(folder, NOBODY, NOBODY)
    return folder
  }

  const balloon = () => join(mount as string, 'balloon')
  function fill(): void {
    const file = openSync(balloon(), 'w')
    try {
      for (;;) writeSync(file, PIECE)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      closeSync(file)
    }
  }

  return {
    fault: {
      name: 'disk.full',
      resource: 'postgres',
      holdMs: [1_000, 3_000],
      get impossible() {
        return impossible
      },
      inject({ stack }) {
        fill()
        return Promise.resolve(async () => {
          rmSync(balloon(), { force: true })
          // Postgres may have given itself up; whoever looks after it starts it again.
          if (!stack.running('postgres')) await startAgain(stack, 'postgres')
        })
      },
    },
    prepare(dataDir) {
      if (process.getuid?.() !== 0) {
        impossible = 'not possible here: a disk of its own takes root'
        return
      }
      try {
        mount = makeMount()
        // Where the launcher looks for the data folder that it made earlier.
        writeFileSync(join(dataDir, 'postgres.location'), `${mount}\n`)
      } catch (error) {
        impossible = `not possible here: ${(error as Error).message.split('\n')[0]}`
      }
    },
    remove() {
      if (mount === null) return
      execFileSync('umount', ['-l', mount], { stdio: 'ignore' })
      rmSync(join(mount, '..'), { recursive: true, force: true })
      mount = null
    },
  }
}
