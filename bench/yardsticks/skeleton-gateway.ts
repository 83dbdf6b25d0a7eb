import { randomUUID } from 'node:crypto'
import { createApp, listen } from '@fillstream/runtime'
import { Queue } from 'bullmq'
import express from 'express'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { bodySchema } from './body'
import { createLadenStore } from './laden-store'
import { readSettings, tellReady } from './settings'
import { createGroups, createSkeletonStore, type NewRow } from './skeleton-store'
import { createTeller } from './skeleton-stream'

/*
 * The gateway of the skeleton: checks the body, makes the order durable with the others of its moment, queues it, answers.
 * SKELETON_ROWS: `full` for the rows of the laden one.
 */
async function main(): Promise<void> {
  const { databaseUrl, redisUrl, prefix } = readSettings()
  const pool = new Pool({ connectionString: databaseUrl, max: 4 })
  const store = process.env['SKELETON_ROWS'] === 'full' ? createLadenStore(pool) : createSkeletonStore(pool)
  const redis = new Redis(redisUrl)
  const queue = new Queue(`${prefix}-skeleton`, { connection: new Redis(redisUrl) })
  const tell = createTeller(redis, prefix)
  const enqueue = createGroups<NewRow>(async (rows) => {
    await queue.addBulk(
      rows.map(({ orderId, accountId }) => ({
        name: 'execute',
        data: { orderId, accountId },
        opts: { jobId: orderId, removeOnComplete: true },
      })),
    )
  })
  const accept = createGroups<NewRow>(async (rows) => {
    await store.insert(rows)
    tell(rows.map(({ orderId, accountId }) => ({ orderId, accountId, seq: 1, status: 'pending' })))
  })
  const app = createApp()
  app.use(express.json())
  app.post('/v1/orders', async (request, response) => {
    const body = bodySchema.parse(request.body)
    const row = {
      orderId: randomUUID(),
      accountId: String(request.headers['x-account']),
      body: JSON.stringify(body),
    }
    await accept(row)
    void enqueue(row)
    response.status(202).json({ ...body, orderId: row.orderId, status: 'pending', createdAt: new Date() })
  })
  const { address } = await listen(app, { host: '127.0.0.1', port: 0 })
  tellReady(address.port)
}

void main()
