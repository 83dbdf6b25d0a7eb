import { type Clock } from '@fillstream/runtime'

/** `read`, asked anew when its last answer is older than `maxAgeMs`: whoever asks in between shares it. A failure is not kept. */
export function sharedRead<Answer>(
  clock: Pick<Clock, 'monotonic'>,
  maxAgeMs: number,
  read: () => Promise<Answer>,
): () => Promise<Answer> {
  let last: { readonly askedAt: number; readonly answer: Promise<Answer> } | null = null
  return () => {
    const now = clock.monotonic()
    if (last !== null && now - last.askedAt < maxAgeMs) return last.answer
    const asked = { askedAt: now, answer: read() }
    last = asked
    asked.answer.catch(() => {
      if (last === asked) last = null
    })
    return asked.answer
  }
}
