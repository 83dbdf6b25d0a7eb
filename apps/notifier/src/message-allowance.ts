/** How many messages a client may send: `burst` at once, refilled at `perSecond`. */
export interface MessageAllowance {
  /** Takes one message at `nowMs` (a clock that never steps back). False: one too many. */
  take(nowMs: number): boolean
}

export function createMessageAllowance(burst: number, perSecond: number): MessageAllowance {
  let tokens = burst
  let last: number | null = null
  return {
    take(nowMs) {
      if (last !== null) tokens = Math.min(burst, tokens + ((nowMs - last) * perSecond) / 1_000)
      last = nowMs
      if (tokens < 1) return false
      tokens--
      return true
    },
  }
}
