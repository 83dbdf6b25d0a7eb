/** What goes wrong with localnet: parts of the set that its control API takes whole. */
export interface ChainFaults {
  /** Turns one part on (null: off). A localnet that is down forgets, which is no matter. */
  set(part: 'rpc' | 'replica' | 'submit' | 'landing' | 'pubsub', value: object | null): Promise<void>
  rollback(slots: number, drop: boolean): Promise<void>
}

export function createChainFaults(controlUrl: string): ChainFaults {
  const parts = new Map<string, object>()
  async function call(method: string, path: string, body: object): Promise<void> {
    const response = await fetch(`${controlUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => null)
    if (response === null) return
    const text = await response.text()
    if (response.status === 400) throw new Error(`${method} ${path}: ${text}`)
  }
  return {
    async set(part, value) {
      if (value === null) parts.delete(part)
      else parts.set(part, value)
      await call('PUT', '/faults', Object.fromEntries(parts))
    },
    rollback: (slots, drop) => call('POST', '/faults/rollback', { slots, drop }),
  }
}
