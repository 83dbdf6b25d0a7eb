import { createClientOn, type ClientOptions, type FillstreamClient } from '../client'
import { nodePlatform } from '../node-platform'
import type { Platform } from '../platform'

export interface TestClient {
  readonly client: FillstreamClient
  /** Every wait that the client wished for; none of them is waited. */
  readonly waits: number[]
}

/** A client on the real platform, but for time and chance: waits end at once, and a draw is always one half. */
export function createTestClient(options: ClientOptions, changes: Partial<Platform> = {}): TestClient {
  const waits: number[] = []
  const platform: Platform = {
    ...nodePlatform,
    nowMs: () => 0,
    random: () => 0.5,
    sleep: async (ms, signal) => {
      waits.push(ms)
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    },
    ...changes,
  }
  return { client: createClientOn(platform, options), waits }
}
