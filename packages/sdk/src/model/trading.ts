/** Whether the engine trades, as an operator last said. */
export interface TradingState {
  readonly halted: boolean
  /** Why it was halted or resumed; null where nothing was said. */
  readonly reason: string | null
  /** Since when it is so; null where nobody has ever halted it. */
  readonly since: string | null
  /** The API key that said so last. */
  readonly keyId: string | null
}
