/** Something that must not be. */
export interface Finding {
  /** What kind, as the report counts it. */
  readonly kind:
    | 'lost'
    | 'not ended'
    | 'unknown order'
    | 'landed twice'
    | 'confirmed, not landed'
    | 'landed, not confirmed'
    | 'bound broken'
    | 'event log'
    | 'cursor'
    | 'cancel'
    | 'stream'
    | 'rest'
    | 'money'
    | 'refused'
    | 'too many attempts'
  readonly orderId: string | null
  readonly what: string
}
