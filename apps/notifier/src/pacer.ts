import { type Turns } from './turns'

/** Shares the event loop among many that have much to send: timers, sockets and newcomers get their turn in between. */
export interface Pacer {
  /** Resolves when it is the caller's turn for one slice of work: one caller per turn of the event loop, first come first served. */
  turn(): Promise<void>
}

export function createPacer(turns: Turns): Pacer {
  const lane = turns.lane(0)
  return { turn: () => new Promise((resolve) => lane.do(resolve)) }
}
