import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { WebSocketServer, type WebSocket } from 'ws'
import { readSettings, tellReady } from './settings'
import { streamOf } from './skeleton-stream'

/* The notifier of the skeleton: reads the stream from its end and sends each event to the sockets of its account. */
async function main(): Promise<void> {
  const { redisUrl, prefix } = readSettings()
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const sockets = new Map<string, Set<WebSocket>>()
  const server = createServer()
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket, request) => {
    const accountId = new URL(request.url ?? '/', 'http://localhost').searchParams.get('account') ?? ''
    sockets.set(accountId, (sockets.get(accountId) ?? new Set()).add(socket))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  tellReady((server.address() as AddressInfo).port)
  for (let position = '0'; ;) {
    const answer = await redis.xread('COUNT', 500, 'BLOCK', 1_000, 'STREAMS', streamOf(prefix), position)
    for (const [, entries] of answer ?? []) {
      for (const [, fields] of entries) {
        const event = JSON.parse(fields[1] ?? '{}') as { accountId: string }
        const text = JSON.stringify(event)
        for (const socket of sockets.get(event.accountId) ?? []) socket.send(text)
      }
      position = entries.at(-1)?.[0] ?? position
    }
  }
}

void main()
