import { COPIED, SERVICE_COPIES } from '../stack'
import { startAgain, type Fault, type FaultContext } from './fault'

/** Longer than lock and lease, so that the work is taken over while the first still lives. */
const FREEZE_MS = [3_000, 6_000] as const
const HOUR_MS = 3_600_000

/** One copy of a service, or now and then both. */
function victims(service: string, { random }: FaultContext): string[] {
  const copies = [service, `${service}-2`]
  return random.chance(0.15) ? copies : [random.pick(copies)]
}

const kill = (service: string): Fault => ({
  name: `kill.${service}`,
  resource: service,
  holdMs: [0, 1_500],
  async inject(context) {
    const names = victims(service, context)
    for (const name of names) await context.stack.kill(name)
    return async () => {
      await Promise.all(names.map((name) => startAgain(context.stack, name)))
    }
  },
})

const freeze = (service: string): Fault => ({
  name: `freeze.${service}`,
  resource: service,
  holdMs: FREEZE_MS,
  async inject(context) {
    const names = victims(service, context)
    for (const name of names) await context.stack.kill(name, 'SIGSTOP')
    return async () => {
      for (const name of names) await context.stack.kill(name, 'SIGCONT')
    }
  },
})

const killLocalnet: Fault = {
  name: 'kill.localnet',
  resource: 'localnet',
  holdMs: [0, 1_500],
  async inject({ stack }) {
    await stack.kill('localnet')
    return () => startAgain(stack, 'localnet')
  },
}

const freezeLocalnet: Fault = {
  name: 'freeze.localnet',
  resource: 'localnet',
  holdMs: [1_000, 4_000],
  async inject({ stack }) {
    await stack.kill('localnet', 'SIGSTOP')
    return () => stack.kill('localnet', 'SIGCONT')
  },
}

/** The wall clock of one copy an hour off, either way. */
const clockJump: Fault = {
  name: 'clock.jump',
  resource: 'clock',
  holdMs: [2_000, 6_000],
  inject({ stack, random }) {
    const name = random.pick(SERVICE_COPIES)
    stack.setClock(name, random.chance(0.5) ? HOUR_MS : -HOUR_MS)
    return Promise.resolve(() => Promise.resolve(stack.setClock(name, 0)))
  },
}

export const PROCESS_FAULTS: readonly Fault[] = [
  ...COPIED.map(kill),
  ...COPIED.map(freeze),
  killLocalnet,
  freezeLocalnet,
  clockJump,
]
