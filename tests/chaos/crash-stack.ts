import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, type CHECKPOINTS } from '@fillstream/core'
import { startStack, type Stack } from '../support/stack'
import { eventually } from '../support/store'

export type CrashingService = keyof typeof CHECKPOINTS

/** A stack whose services can be told to kill themselves at a checkpoint. */
export interface CrashStack {
  readonly stack: Stack
  /**
   * Kills `service` by SIGKILL when it next reaches `point`, and starts it again.
   * @param drive makes work that may lead there; called again where it has not
   */
  crashAt(service: CrashingService, point: Checkpoint, drive: () => void): Promise<void>
  close(): Promise<void>
}

/** Everything that waits for somebody's death does so for as little as the settings allow. */
const SHORT_WAITS = {
  SIM_SLOT_MS: '40',
  SIM_CONFIRM_DELAY_MS: '100-300',
  SIM_QUOTE_DELAY_MS: '100',
  // Each step by itself, so that there is a moment between any two.
  STEP_PATIENCE_MS: '0',
  WORKER_LOCK_MS: '500',
  ATTEMPT_LEASE_MS: '500',
  WATCH_INTERVAL_MS: '50',
  RESEND_INTERVAL_MS: '200',
  SWEEP_INTERVAL_MS: '100',
  SWEEP_IDLE_MS: '100',
  RETRY_BASE_MS: '50',
  RETRY_MAX_MS: '200',
  STREAM_CHECK_MS: '200',
}

/** Work is made again where a point was not reached for this long. */
const DRIVE_AGAIN_MS = 1_500
const MAX_DRIVES = 12

const mainOf = (service: CrashingService) => join(__dirname, 'mains', `${service}.cjs`)

export async function startCrashStack(): Promise<CrashStack> {
  const folder = mkdtempSync(join(tmpdir(), 'fillstream-crash-'))
  const [armed, reached] = [join(folder, 'armed'), join(folder, 'reached')]
  writeFileSync(armed, '')
  const stack = await startStack({
    env: { ...SHORT_WAITS, CRASH_DIR: folder },
    entries: {
      gateway: mainOf('gateway'),
      'order-worker': mainOf('order-worker'),
      notifier: mainOf('notifier'),
    },
  })

  async function reach(point: Checkpoint, pid: number, drive: () => void): Promise<void> {
    for (let drives = 1; ; drives += 1) {
      drive()
      try {
        return await eventually(() => {
          expect(readFileSync(reached, 'utf8')).toBe(`${point} ${pid}`)
        }, DRIVE_AGAIN_MS)
      } catch (error) {
        if (drives === MAX_DRIVES) throw new Error(`${point} was not reached`, { cause: error })
      }
    }
  }

  return {
    stack,
    async crashAt(service, point, drive) {
      const pid = await stack.pid(service)
      writeFileSync(reached, '')
      writeFileSync(armed, point)
      try {
        await reach(point, pid, drive)
      } finally {
        writeFileSync(armed, '')
      }
      await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
      await stack.restart(service)
    },
    async close() {
      await stack.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
