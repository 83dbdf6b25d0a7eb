import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { WebSocketServer, type WebSocket } from 'ws'
import { readSettings, tellReady } from './settings'

/* Bare ws: reads the stream of order events and sends each to the sockets of its order. No accounts, no replay, no bounds. */
async function main(): Promise<void> {
  const { redisUrl, prefix } = readSettings()
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null })
  const sockets = new Map<string, Set<WebSocket>>()
  const server = createServer()
  new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false }).on(
    'connection',
    (socket, request) => {
      const orderId = new URL(request.url ?? '/', 'http://localhost').searchParams.get('order') ?? ''
      sockets.set(orderId, (sockets.get(orderId) ?? new Set()).add(socket))
      socket.on('close', () => sockets.get(orderId)?.delete(socket))
    },
  )
  await new Promise<void>((listening) =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, listening),
  )
  process.stdin.on('end', () => process.exit(0)).resume()
  tellReady((server.address() as AddressInfo).port)
  for (let position = '0'; ;) {
    const answer = await redis.xread('COUNT', 500, 'BLOCK', 1_000, 'STREAMS', prefix, position)
    for (const [, entries] of answer ?? []) {
      for (const [, fields] of entries) {
        const event = JSON.parse(fields[1] ?? '{}') as { orderId: string }
        const text = JSON.stringify({ type: 'event', ...event })
        for (const socket of sockets.get(event.orderId) ?? []) socket.send(text)
      }
      position = entries.at(-1)?.[0] ?? position
    }
  }
}

void main()
