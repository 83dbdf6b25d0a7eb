import { clientMessageSchema, type ClientMessage, type ProblemCode } from '@fillstream/types'
import { type RawData } from 'ws'
import { type Where } from './frames'

const PAIR_ID = /^[1-9A-HJ-NP-Za-km-z]{32,44}-[1-9A-HJ-NP-Za-km-z]{32,44}$/

export type Parsed =
  | { readonly ok: true; readonly message: ClientMessage }
  | { readonly ok: false; readonly code: ProblemCode; readonly reason: string }

function refused(code: ProblemCode, reason: string): Parsed {
  return { ok: false, code, reason }
}

/** What a client sent, or why it is no message of the protocol. */
export function parseClientMessage(data: RawData, isBinary: boolean): Parsed {
  if (isBinary) return refused('VALIDATION_FAILED', 'messages are text frames with JSON')
  let value: unknown
  try {
    value = JSON.parse(String(data))
  } catch {
    return refused('MALFORMED_JSON', 'the message is not JSON')
  }
  const parsed = clientMessageSchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue?.path.join('.')
    return refused(
      'VALIDATION_FAILED',
      `${path ? `${path}: ` : ''}${issue?.message ?? 'not a message of the protocol'}`,
    )
  }
  const { data: message } = parsed
  if ('channel' in message && message.channel === 'order' && !message.id)
    return refused('VALIDATION_FAILED', 'id: the channel order needs the id of an order')
  if ('channel' in message && message.channel === 'prices' && !PAIR_ID.test(message.id ?? ''))
    return refused('VALIDATION_FAILED', 'id: the channel prices needs a pair, <inputMint>-<outputMint>')
  return { ok: true, message }
}

/** The subscription that a message is about: `orders` is one per account, `pools` one for all; they have no id. */
export function whereOf({
  channel,
  id,
}: Extract<ClientMessage, { type: 'subscribe' | 'unsubscribe' }>): Where {
  if (channel === 'prices') return { channel, id: id ?? '' }
  return { channel, id: channel === 'order' ? (id ?? '').toLowerCase() : null }
}
