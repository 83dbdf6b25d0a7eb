import { type Follower } from '../followers'
import { type Finding } from './finding'
import { type EventRecord, type Records } from './records'

/** Whether every client of the stream heard all that happened, each once and in order. */
export function auditStreams(
  records: Records,
  followers: readonly Follower[],
): { findings: Finding[]; complete: number } {
  const findings: Finding[] = []
  const perAccount = new Map<string, EventRecord[]>()
  for (const event of [...records.events.values()].flat()) {
    const list = perAccount.get(event.accountId)
    if (list) list.push(event)
    else perAccount.set(event.accountId, [event])
  }
  for (const list of perAccount.values()) list.sort((a, b) => a.cursor - b.cursor)

  for (const { who, accountId, orderId, told, failure } of followers) {
    const happened =
      orderId === null ? (perAccount.get(accountId) ?? []) : (records.events.get(orderId) ?? [])
    const at = happened.findIndex((event, i) => {
      const heard = told[i]
      return heard?.orderId !== event.orderId || heard.seq !== event.seq || heard.status !== event.status
    })
    if (at < 0 && told.length === happened.length) continue
    const reason = failure() ?? `it differs from event ${at < 0 ? happened.length + 1 : at + 1} on`
    findings.push({
      kind: 'stream',
      orderId,
      what: `${who}: heard ${told.length} of ${happened.length}; ${reason}`,
    })
  }
  return { findings, complete: followers.length - findings.length }
}
