import { CLOSED, type Platform, type Socket } from '../platform'
import { parseServerMessage, type ServerMessage } from './messages'

const CONNECT_TIMEOUT_MS = 10_000
const MAX_PONG_WAIT_MS = 10_000

export interface SessionTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface SessionEnd {
  readonly code: number
  readonly reason: string
}

/**
 * One socket from its opening to its end. The end always comes: a server that does not greet, or that falls silent
 * and leaves a ping unanswered, is dropped.
 * @param receive throws what the session cannot live with: the promise then rejects with it
 */
export function runSession(
  { url, headers }: SessionTarget,
  platform: Pick<Platform, 'openSocket'>,
  signal: AbortSignal,
  receive: (message: ServerMessage, socket: Socket) => void,
): Promise<SessionEnd> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let heartbeatMs = 0
    const arm = (ms: number, then: () => void) => {
      clearTimeout(timer)
      timer = setTimeout(then, ms)
    }
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    const drop = (reason: string) => {
      socket.drop()
      settle()
      resolve({ code: CLOSED.lost, reason })
    }
    const onAbort = () => drop('closed here')
    const listen = () =>
      arm(heartbeatMs, () => {
        socket.send(JSON.stringify({ type: 'ping' }))
        arm(Math.min(heartbeatMs, MAX_PONG_WAIT_MS), () => drop('the server fell silent'))
      })
    const socket = platform.openSocket(url, headers, {
      message: (text) => {
        try {
          const message = parseServerMessage(text)
          if (message?.type === 'connected') heartbeatMs = Math.max(1, message.heartbeatMs)
          if (heartbeatMs > 0) listen()
          if (message) receive(message, socket)
        } catch (error) {
          socket.drop()
          settle()
          reject(error as Error)
        }
      },
      closed: (code, reason) => {
        settle()
        resolve({ code, reason })
      },
    })
    signal.addEventListener('abort', onAbort, { once: true })
    arm(CONNECT_TIMEOUT_MS, () => drop('the server did not greet'))
  })
}
