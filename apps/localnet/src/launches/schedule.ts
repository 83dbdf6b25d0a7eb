import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { type Clock, type Loop, startLoop } from '@fillstream/runtime'
import { VENUES } from '@fillstream/core'
import { type LocalnetEvents } from '../events'
import { LAUNCH_KINDS } from './kinds'
import { type Launcher, TooManyLaunches } from './launcher'

/** How soon a scheduled launch opens. */
const OPEN_IN_MS = { least: 5_000, most: 15_000 }
const GOOD_SHARE = 0.7

/** Launches a token every so often: mostly good ones, the bad kinds equally often. `random` is in [0, 1). */
export function startLaunches(
  launcher: Launcher,
  everyMs: number,
  deps: { readonly clock: Clock; readonly random: () => number; readonly events: LocalnetEvents },
): Loop {
  const { clock, random, events } = deps
  const pick = <T>(items: readonly T[]) => items[Math.floor(random() * items.length)] as T
  const bad = LAUNCH_KINDS.filter((kind) => kind !== 'good')
  return startLoop(
    clock,
    everyMs,
    async () => {
      const kind = random() < GOOD_SHARE ? 'good' : pick(bad)
      const openInMs = Math.round(OPEN_IN_MS.least + random() * (OPEN_IN_MS.most - OPEN_IN_MS.least))
      const venue = pick(VENUES).name
      events.launched(await launcher.create({ kind, openInMs, quoteMint: WRAPPED_SOL_MINT, venue }))
    },
    (error) => events.launchFailed(error instanceof TooManyLaunches ? 'too many launches' : error),
  )
}
