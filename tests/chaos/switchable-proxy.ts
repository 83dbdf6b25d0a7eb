import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * What happens to bytes on their way. `cut`: refused, and what is connected is cut. `halfOpen`: taken and kept, with no word to
 * either side. `loseReply`: of that share of requests the answer is thrown away when it comes, and the connection cut.
 */
export type LinkState =
  | { readonly kind: 'pass' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'halfOpen' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'loseReply'; readonly share: number; readonly draw: () => number }

/** The network between one process and one server. */
export interface Link {
  readonly port: number
  set(state: LinkState): void
  close(): Promise<void>
}

const PASS: LinkState = { kind: 'pass' }

/** A TCP proxy before `host:port`, passing until it is told otherwise. */
export async function createLink(target: { readonly host: string; readonly port: number }): Promise<Link> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let state: LinkState = PASS

  const server = createServer((client) => {
    if (state.kind === 'cut') {
      client.destroy()
      return
    }
    const upstream = connect(target.port, target.host)
    const pair = [client, upstream] as const
    pairs.add(pair)
    let losing = false
    const destroy = () => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of pair) {
      socket.setNoDelay(true)
      socket.on('error', destroy)
      socket.on('close', destroy)
    }
    carry(client, upstream, () => {
      if (state.kind === 'loseReply' && state.draw() < state.share) losing = true
      return true
    })
    carry(upstream, client, () => {
      if (!losing) return true
      destroy()
      return false
    })
  })

  /** Chunks keep their order, however long each is held up. What is half open is read and dropped. */
  function carry(from: Socket, to: Socket, passes: () => boolean): void {
    let last = Promise.resolve()
    let waiting = 0
    from.on('data', (chunk) => {
      if (state.kind === 'halfOpen' || !passes()) return
      if (state.kind !== 'delay' && waiting === 0) {
        if (!to.write(chunk)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
        return
      }
      const held = state.kind === 'delay' ? delay(state.ms) : Promise.resolve()
      waiting += 1
      last = last.then(async () => {
        await held
        waiting -= 1
        if (to.writable) to.write(chunk)
      })
    })
  }

  function cutAll(): void {
    for (const [client, upstream] of pairs) {
      client.destroy()
      upstream.destroy()
    }
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      // Who was half open has lost bytes: there is no going on with that connection.
      if (next.kind === 'cut' || state.kind === 'halfOpen') cutAll()
      state = next
    },
    async close() {
      cutAll()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
