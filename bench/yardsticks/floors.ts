import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { createApp, listen } from '@fillstream/runtime'
import { Queue, Worker } from 'bullmq'
import express from 'express'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { WebSocketServer, type WebSocket } from 'ws'
import { BARE_EVENTS_TABLE, bareEvents } from './bare-events'
import { bodySchema } from './body'
import { readSettings, tellReady } from './settings'
import { streamOf } from './skeleton-stream'

/*
 * The parts that an order cannot do without, one at a time and bare. Asked by a line `<part> <orders>` it does the part for so many
 * orders and answers with the CPU time of this process for that, microseconds. Requests and sockets are served all the time.
 */
const EVENTS = ['pending', 'routing', 'building', 'submitted', 'confirmed'] as const
/** Orders whose events go into one statement or pipeline. */
const GROUP = 100
const JOB = { orderId: randomUUID(), accountId: randomUUID() }

async function main(): Promise<void> {
  const { databaseUrl, redisUrl, prefix } = readSettings()
  const name = `${prefix}-floors`
  const stream = streamOf(prefix)
  const redis = new Redis(redisUrl)
  const queue = new Queue(name, { connection: new Redis(redisUrl) })
  const pool = new Pool({ connectionString: databaseUrl, max: 1 })
  await pool.query(BARE_EVENTS_TABLE)
  const { privateKey } = generateKeyPairSync('ed25519')
  const sockets: WebSocket[] = []
  let position = '0'

  const parts: Readonly<Record<string, (orders: number) => Promise<void>>> = {
    async add(orders) {
      let next = 0
      const adder = async () => {
        while (next++ < orders) await queue.add('execute', JOB, { removeOnComplete: true })
      }
      await Promise.all(Array.from({ length: 64 }, adder))
    },
    async work(orders) {
      let left = orders
      const connection = new Redis(redisUrl, { maxRetriesPerRequest: null })
      await new Promise<void>((done) => {
        const worker = new Worker(
          name,
          () => {
            left -= 1
            if (left === 0) setImmediate(() => void worker.close().then(done))
            return Promise.resolve()
          },
          { connection, concurrency: 100 },
        )
      })
      connection.disconnect()
    },
    async streams(orders) {
      for (let n = 0; n < orders; n += GROUP) {
        const pipeline = redis.pipeline()
        for (const [i, status] of Array.from({ length: GROUP }).flatMap(() => [...EVENTS.entries()])) {
          const event = { ...JOB, seq: i + 1, status, at: new Date() }
          pipeline.xadd(stream, 'MAXLEN', '~', 100_000, '*', 'e', JSON.stringify(event))
        }
        await pipeline.exec()
      }
    },
    async persist(orders) {
      for (let n = 0; n < orders; n += GROUP) await bareEvents(pool, GROUP, EVENTS)()
    },
    async fanOut(orders) {
      for (let left = orders * EVENTS.length; left > 0;) {
        const answer = await redis.xread('COUNT', 500, 'STREAMS', stream, position)
        if (!answer) throw new Error('the stream is shorter than that')
        for (const [, entries] of answer) {
          for (const [, fields] of entries) {
            const text = JSON.stringify(JSON.parse(fields[1] ?? '{}'))
            sockets[left % sockets.length]?.send(text)
            left -= 1
          }
          position = entries.at(-1)?.[0] ?? position
        }
        while (sockets.some(({ bufferedAmount }) => bufferedAmount > 0)) await delay(1)
      }
    },
    sign(orders) {
      const message = randomBytes(400)
      for (let n = 0; n < orders; n += 1) sign(null, message, privateKey)
      return Promise.resolve()
    },
    /** The driver sends the requests meanwhile. */
    http: () => new Promise((answered) => (onServed = answered)),
  }

  let served = 0
  let expected = Infinity
  let onServed: () => void = () => undefined
  const app = createApp()
  app.use(express.json())
  app.post('/v1/orders', (request, response) => {
    const body = bodySchema.parse(request.body)
    response.status(202).json({ ...body, orderId: randomUUID(), status: 'pending', createdAt: new Date() })
    if (++served === expected) onServed()
  })
  const { server, address } = await listen(app, { host: '127.0.0.1', port: 0 })
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => sockets.push(socket))
  tellReady(address.port)

  createInterface({ input: process.stdin }).on('line', (line) => {
    const [part = '', orders = '0'] = line.split(' ')
    ;[served, expected] = [0, Number(orders)]
    const began = process.cpuUsage()
    void parts[part]?.(Number(orders)).then(() => {
      const { user, system } = process.cpuUsage(began)
      process.stdout.write(`${user + system}\n`)
    })
  })
}

void main()
