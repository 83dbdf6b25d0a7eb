import { type Fate } from '../svm/pending'
import { faultSet, type FaultSet } from './schema'

/** The faults that are on, and the draws where one is meant for a share of what happens. Memory only. */
export interface Faults {
  readonly current: FaultSet
  /** Replaces the whole set. */
  set(faults: FaultSet): void
  /** Draws what becomes of a transaction that is taken in now. */
  fate(): Fate
  /** Draws whether the answer to a submit that was taken in gets lost. */
  losesAnswer(): boolean
}

export interface FaultEvents {
  faultsSet(faults: FaultSet): void
  faultInjected(fault: string): void
}

/** `random` gives numbers in [0, 1); nothing is drawn while no fault needs it. */
export function createFaults(random: () => number, events: FaultEvents): Faults {
  let current = faultSet.parse({})
  return {
    get current() {
      return current
    },
    set(faults) {
      current = faults
      events.faultsSet(faults)
    },
    fate() {
      const { drop, late, fail } = current.landing
      if (drop + late + fail === 0) return 'lands'
      const drawn = random()
      const fate =
        drawn < drop ? 'drop' : drawn < drop + late ? 'late' : drawn < drop + late + fail ? 'fail' : 'lands'
      if (fate !== 'lands') events.faultInjected(`landing.${fate}`)
      return fate
    },
    losesAnswer() {
      const { loseAnswer } = current.submit
      if (loseAnswer === 0 || random() >= loseAnswer) return false
      events.faultInjected('submit.loseAnswer')
      return true
    },
  }
}
