import { setTimeout as delay } from 'node:timers/promises'
import { createChainFaults } from './faults/chain-faults'
import { startAgain, type Fault } from './faults/fault'
import { type Random } from './random'
import { type Planned } from './schedule'
import { type ChaosStack } from './stack'

/** A fault that has happened. Times in ms since 1970. */
export interface Injected {
  readonly name: string
  readonly injectedAt: number
  readonly healedAt: number
}

export interface Injector {
  /** Names of what is broken at the moment. */
  now(): string[]
  readonly injected: readonly Injected[]
  /** What could not be injected or healed, with the reason. */
  readonly broken: readonly string[]
  /** Resolves when the whole schedule has happened and is healed. */
  readonly done: Promise<void>
}

/** More at a time would make every failure look like every other. */
const AT_ONCE = 2

/** Breaks and heals by the schedule. A fault whose resource is busy, or that would be one too many, waits. */
export function runSchedule(
  schedule: readonly Planned<Fault>[],
  stack: ChaosStack,
  random: Random,
  signal: AbortSignal,
): Injector {
  const chain = createChainFaults(stack.urls.control)
  const injected: Injected[] = []
  const broken: string[] = []
  const active = new Map<string, Fault>()
  const running = new Set<Promise<void>>()
  const began = performance.now()

  async function strike({ fault, holdMs, number }: Planned<Fault>): Promise<void> {
    const injectedAt = Date.now()
    try {
      const heal = await fault.inject({ stack, chain, random: random.fork(`fault ${number}`) })
      await delay(holdMs, undefined, { signal }).catch(() => undefined)
      await heal()
      injected.push({ name: fault.name, injectedAt, healedAt: Date.now() })
    } catch (error) {
      broken.push(`${fault.name}: ${(error as Error).message}`)
    } finally {
      active.delete(fault.resource)
    }
  }

  async function run(): Promise<void> {
    for (const planned of schedule) {
      const wait = planned.atMs - (performance.now() - began)
      if (wait > 0) await delay(wait, undefined, { signal }).catch(() => undefined)
      while (!signal.aborted && (active.has(planned.fault.resource) || active.size >= AT_ONCE))
        await Promise.race(running)
      if (signal.aborted) break
      active.set(planned.fault.resource, planned.fault)
      const work = strike(planned).finally(() => running.delete(work))
      running.add(work)
    }
    await Promise.all(running)
    await heal(stack)
  }

  return { now: () => [...active.values()].map(({ name }) => name), injected, broken, done: run() }
}

/** Whatever has died on the way runs again, as an orchestrator would see to it. */
async function heal(stack: ChaosStack): Promise<void> {
  for (const { name } of stack.deaths) if (!stack.running(name)) await startAgain(stack, name)
}
