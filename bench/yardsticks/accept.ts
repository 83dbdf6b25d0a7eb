import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { createApp, listen } from '@fillstream/runtime'
import express, { type Express } from 'express'
import { Pool } from 'pg'
import { bodySchema, type Body } from './body'
import { readSettings, tellReady } from './settings'
import { createGroups, type NewRow } from './skeleton-store'

/*
 * Accepting orders and nothing else: the body checked, a durable row, 202. ACCEPT_SERVER: `bare` (node:http), `express` as it is, or
 * `own` (Express with the classes of our runtime). ACCEPT_INSERT: `single`, a statement for each, or `batched`.
 */
const SINGLE = `INSERT INTO skeleton_orders (id, account_id, status, last_seq, body) VALUES ($1, $2, 'pending', 1, $3)`
const BATCHED = `INSERT INTO skeleton_orders (id, account_id, status, last_seq, body)
SELECT id, account_id, 'pending', 1, body FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[]) AS i(id, account_id, body)`
/** What a gateway has by default. */
const POOL = 10

async function main(): Promise<void> {
  const { databaseUrl } = readSettings()
  const { ACCEPT_SERVER = 'bare', ACCEPT_INSERT = 'single' } = process.env
  const pool = new Pool({ connectionString: databaseUrl, max: POOL })
  const group = createGroups<NewRow>(async (rows) => {
    const values = [rows.map((r) => r.orderId), rows.map((r) => r.accountId), rows.map((r) => r.body)]
    await pool.query({ name: 'batched', text: BATCHED, values })
  })
  const single = async ({ orderId, accountId, body }: NewRow) => {
    await pool.query({ name: 'single', text: SINGLE, values: [orderId, accountId, body] })
  }
  const insert = ACCEPT_INSERT === 'batched' ? group : single
  async function accept(body: Body, accountId: unknown): Promise<object> {
    const orderId = randomUUID()
    await insert({ orderId, accountId: String(accountId), body: JSON.stringify(body) })
    return { ...body, orderId, status: 'pending', createdAt: new Date() }
  }
  tellReady(await serve(ACCEPT_SERVER, accept))
}

type Accept = (body: Body, accountId: unknown) => Promise<object>

async function serve(kind: string, accept: Accept): Promise<number> {
  if (kind === 'own')
    return (await listen(routed(createApp(), accept), { host: '127.0.0.1', port: 0 })).address.port
  const server = kind === 'express' ? createServer(routed(express(), accept)) : bareServer(accept)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return (server.address() as AddressInfo).port
}

function routed(app: Express, accept: Accept): Express {
  app.use(express.json())
  app.post('/v1/orders', async (request, response) => {
    response.status(202).json(await accept(bodySchema.parse(request.body), request.headers['x-account']))
  })
  return app
}

function bareServer(accept: Accept): Server {
  return createServer((request, response) => {
    readBody(request)
      .then((text) => accept(bodySchema.parse(JSON.parse(text)), request.headers['x-account']))
      .then((answer) => {
        const text = JSON.stringify(answer)
        response
          .writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
          .end(text)
      })
      .catch(() => response.writeHead(400).end())
  })
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (text += chunk))
    request.on('end', () => resolve(text))
    request.on('error', reject)
  })
}

void main()
