import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A way to a server that a test can cut: connections break, new ones are refused. */
export interface Link {
  /** The address of the server at `url`, by this way. */
  via(url: string): Promise<string>
  cut(): Promise<void>
  mend(): Promise<void>
}

export function createLink(): Link {
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let port = 0
  let target = { host: '', port: 0 }

  function join(client: Socket): void {
    const upstream = connect(target)
    for (const [from, to] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  }

  async function mend(): Promise<void> {
    if (server) return
    const opened = createServer(join)
    server = opened
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve))
    port = (opened.address() as AddressInfo).port
  }

  return {
    async via(url) {
      const address = new URL(url)
      target = { host: address.hostname, port: Number(address.port) }
      await mend()
      address.hostname = '127.0.0.1'
      address.port = String(port)
      return address.toString()
    },
    async cut() {
      if (!server) return
      const closing = server
      const closed = new Promise((resolve) => closing.close(resolve))
      server = undefined
      for (const socket of sockets) socket.destroy()
      await closed
    },
    mend,
  }
}
