import { type Clock } from '@fillstream/runtime'

export interface CircuitBreakerConfig {
  /** Failures in a row that open it. */
  readonly failures: number
  /** How long it stays open before one call is let through as a trial. */
  readonly openMs: number
}

/** Stops asking what keeps failing: open after a row of failures, then one trial at a time until one succeeds. */
export class CircuitBreaker {
  private row = 0
  private lastFailureAt = -Infinity
  private openUntil = -Infinity
  private onTrial = false

  constructor(
    private readonly config: CircuitBreakerConfig,
    private readonly clock: Clock,
  ) {}

  /** Whether a call may be made now. One that was allowed must end in `succeeded`, `failed` or `released`. */
  allows(): boolean {
    if (!this.isOpen()) return true
    if (this.onTrial || this.clock.monotonic() < this.openUntil) return false
    this.onTrial = true
    return true
  }

  succeeded(): void {
    this.row = 0
    this.onTrial = false
  }

  /** `beganAt` (monotonic): calls that were under way together and failed together are one failure, not many. */
  failed(beganAt: number): void {
    this.onTrial = false
    if (beganAt < this.lastFailureAt) return
    this.lastFailureAt = this.clock.monotonic()
    this.row += 1
    if (this.isOpen()) this.openUntil = this.clock.monotonic() + this.config.openMs
  }

  /** The call ended without telling anything of the other side. */
  released(): void {
    this.onTrial = false
  }

  isOpen(): boolean {
    return this.row >= this.config.failures
  }
}
