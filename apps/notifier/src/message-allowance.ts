/** How many messages a client may send: `burst` at once, refilled at `perSecond`. */
export interface MessageAllowance {
  /** Takes one message at `nowMs` (a clock that never steps back). False: one too many. */
  take(nowMs: number): boolean
}

export function createMessageAllowance(burst: number, perSecond: number): MessageAllowance {
  return new Allowance(burst, perSecond)
}

class Allowance implements MessageAllowance {
  readonly #burst: number
  readonly #perSecond: number
  #tokens: number
  #last: number | null = null

  constructor(burst: number, perSecond: number) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#tokens = burst
  }

  take(nowMs: number): boolean {
    if (this.#last !== null)
      this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#last) * this.#perSecond) / 1_000)
    this.#last = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
