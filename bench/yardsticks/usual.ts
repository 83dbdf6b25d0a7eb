import { randomUUID } from 'node:crypto'
import { type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@fillstream/store/generated/client'
import { Queue, Worker } from 'bullmq'
import fastify from 'fastify'
import { Redis } from 'ioredis'
import { WebSocketServer, type WebSocket } from 'ws'
import { bodySchema } from './body'
import { readSettings, tellReady } from './settings'

/*
 * The usual way to build such a service: one process, Fastify, a BullMQ worker at concurrency 10, a write to the database with each
 * transition, and the sockets in the worker's own memory. It keeps the same rows of orders as the engine, without
 * their events, and promises less: nothing survives a crash between two of its steps.
 */
const CONCURRENCY = 10
const STEPS = ['routing', 'building', 'submitted', 'confirmed'] as const

async function main(): Promise<void> {
  const settings = readSettings()
  const prisma = new PrismaClient({
    adapter: new PrismaPg({ connectionString: settings.databaseUrl, max: 10 }),
  })
  const redis = () => new Redis(settings.redisUrl, { maxRetriesPerRequest: null })
  const name = `${settings.prefix}-usual`
  const queue = new Queue<{ orderId: string; accountId: string }>(name, { connection: redis() })
  const sockets = new Map<string, Set<WebSocket>>()

  function tell(orderId: string, accountId: string, status: string): void {
    for (const socket of sockets.get(accountId) ?? [])
      socket.send(JSON.stringify({ orderId, status, at: new Date().toISOString() }))
  }

  const app = fastify()
  app.post('/v1/orders', async (request, reply) => {
    const body = bodySchema.parse(request.body)
    const accountId = String(request.headers['x-account'])
    const order = await prisma.order.create({
      data: {
        id: randomUUID(),
        accountId,
        bodyHash: '',
        type: body.type,
        status: 'pending',
        inputMint: body.inputMint,
        outputMint: body.outputMint,
        swapMode: 'ExactIn',
        amount: body.amount,
        slippageBps: body.slippageBps,
        maxPriceImpactBps: 1_000,
        timeInForce: 'IOC',
        priorityFeeMode: 'auto',
        priorityFeeMaxLamports: 0,
        lastSeq: 1,
      },
    })
    await queue.add('execute', { orderId: order.id, accountId }, { removeOnComplete: true })
    tell(order.id, accountId, 'pending')
    return reply.code(202).send({ orderId: order.id, status: order.status, createdAt: order.createdAt })
  })

  const worker = new Worker<{ orderId: string; accountId: string }>(
    name,
    async ({ data: { orderId, accountId } }) => {
      for (const status of STEPS) {
        const { from, to } = settings.delay
        if (status === 'confirmed' && to > 0) await delay(from + Math.random() * (to - from))
        await prisma.order.update({
          where: { id: orderId },
          data: {
            status,
            lastSeq: { increment: 1 },
            updatedAt: new Date(),
            ...(status === 'confirmed' ? { endedAt: new Date() } : {}),
          },
        })
        tell(orderId, accountId, status)
      }
    },
    { connection: redis(), concurrency: CONCURRENCY },
  )
  await worker.waitUntilReady()
  await app.listen({ port: 0, host: '127.0.0.1' })
  const streams = new WebSocketServer({ server: app.server })
  streams.on('connection', (socket, request) => {
    const accountId = new URL(request.url ?? '/', 'http://localhost').searchParams.get('account') ?? ''
    sockets.set(accountId, (sockets.get(accountId) ?? new Set()).add(socket))
  })
  tellReady((app.server.address() as AddressInfo).port)
}

void main()
