import { type Clock } from '@fillstream/runtime'
import { type RequestHandler } from 'express'
import { type FaultEvents } from './faults'
import { type ConnectionFaults } from './schema'

/** Where faults of an address come from, and how it says that there are too many requests. */
export interface FaultyAddress {
  readonly name: 'rpc' | 'replica' | 'submit'
  faults(): ConnectionFaults
  readonly tooManyRequests: object
}

/** Lets an address answer late, with 429, or not at all: then the connection is cut. */
export function connectionFaults(
  { name, faults, tooManyRequests }: FaultyAddress,
  clock: Clock,
  events: FaultEvents,
): RequestHandler {
  return async (request, response, next) => {
    const { delayMs } = faults()
    if (delayMs > 0) {
      events.faultInjected(`${name}.delayMs`)
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      await clock.sleep(delayMs, gone.signal).catch(() => undefined)
      if (gone.signal.aborted) return
    }
    const now = faults()
    if (now.refuse) {
      events.faultInjected(`${name}.refuse`)
      request.socket.destroy()
    } else if (now.tooManyRequests) {
      events.faultInjected(`${name}.tooManyRequests`)
      response.status(429).set('Retry-After', '1').json(tooManyRequests)
    } else {
      next()
    }
  }
}
