import express, { type RequestHandler } from 'express'
import { createApp, type HttpServer, listen } from '@fillstream/runtime'
import { type LocalnetEvents } from '../events'
import { ChainOverloaded } from '../svm/chain'
import { type NodeView } from '../svm/node-view'
import { type World } from '../world'
import {
  INTERNAL_ERROR,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  NODE_UNHEALTHY,
  PARSE_ERROR,
  RpcError,
} from './errors'
import { stringifyRpc } from './json'
import { accountMethods } from './methods/accounts'
import { createAirdropMethods } from './methods/airdrop'
import { chainMethods } from './methods/chain'
import { type Methods, type RpcContext } from './methods/method'
import { sendMethods } from './methods/send'
import { transactionMethods } from './methods/transactions'
import { Params } from './params'

const MAX_BODY = '512kb'
const MAX_BATCH = 100

/** Serves Solana's JSON-RPC over HTTP as `node` sees the chain; `faults` come before everything else. */
export function serveRpc(
  world: World,
  node: NodeView,
  faults: RequestHandler,
  events: LocalnetEvents,
  address: { host: string; port: number },
): Promise<HttpServer> {
  const context: RpcContext = { world, node, onSubmitted: (signature) => events.submitted(signature) }
  const methods: Methods = {
    ...chainMethods,
    ...accountMethods,
    ...transactionMethods,
    ...sendMethods,
    ...createAirdropMethods(),
  }
  const call = (request: unknown) => answer(request, methods, context, events)
  const app = createApp()
  app.use(faults)
  app.get('/health', (_request, response) => {
    response.type('text').send('ok')
  })
  app.post('/', express.raw({ type: () => true, limit: MAX_BODY }), async (request, response) => {
    const body = parse(request.body)
    const result = Array.isArray(body) ? await answerBatch(body, call) : await call(body)
    response.type('json').send(stringifyRpc(result))
  })
  app.use((_request, response) => {
    response.status(405).type('text').send('Used HTTP Method is not allowed. POST is required')
  })
  app.use(
    (error: unknown, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      const status = (error as { status?: number }).status ?? 500
      response
        .status(status)
        .type('json')
        .send(stringifyRpc(failure(null, INVALID_REQUEST, 'Invalid request')))
    },
  )
  return listen(app, address)
}

interface Call {
  readonly id: string | number | null
  readonly method: string
  readonly params: readonly unknown[]
}

async function answerBatch(calls: readonly unknown[], call: (request: unknown) => Promise<object>) {
  if (calls.length === 0 || calls.length > MAX_BATCH) return failure(null, INVALID_REQUEST, 'Invalid request')
  return Promise.all(calls.map(call))
}

async function answer(
  request: unknown,
  methods: Methods,
  context: RpcContext,
  events: LocalnetEvents,
): Promise<object> {
  if (request === undefined) return failure(null, PARSE_ERROR, 'Parse error')
  const call = readCall(request)
  if (call === null) return failure(null, INVALID_REQUEST, 'Invalid request')
  const method = Object.hasOwn(methods, call.method) ? methods[call.method] : undefined
  if (method === undefined) return failure(call.id, METHOD_NOT_FOUND, 'Method not found')
  try {
    const result = await method(new Params(call.params), context)
    return { jsonrpc: '2.0', result, id: call.id }
  } catch (error) {
    if (error instanceof RpcError) return failure(call.id, error.code, error.message, error.data)
    if (error instanceof ChainOverloaded) return failure(call.id, NODE_UNHEALTHY, error.message)
    events.rpcFailed(call.method, error)
    return failure(call.id, INTERNAL_ERROR, 'Internal error')
  }
}

/** Reads one JSON-RPC call; null where it is none. */
export function readCall(request: unknown): Call | null {
  if (typeof request !== 'object' || request === null) return null
  const { jsonrpc, id = null, method, params = [] } = request as Record<string, unknown>
  const named = typeof id === 'string' || typeof id === 'number' || id === null
  return jsonrpc === '2.0' && named && typeof method === 'string' && Array.isArray(params)
    ? { id, method, params: params as unknown[] }
    : null
}

/** What a public node says with status 429. */
export const TOO_MANY_REQUESTS = failure(null, 429, 'Too many requests for a specific RPC call')

/** A JSON-RPC error answer. */
export function failure(id: Call['id'], code: number, message: string, data?: unknown): object {
  return { jsonrpc: '2.0', error: { code, message, ...(data === undefined ? {} : { data }) }, id }
}

function parse(body: unknown): unknown {
  try {
    return JSON.parse(Buffer.isBuffer(body) ? body.toString() : '')
  } catch {
    return undefined
  }
}
