import { AppError } from '@fillstream/core'
import { type Clock } from '@fillstream/runtime'
import { OPERATIONS, type Operation } from '@fillstream/types'
import { type Express, type Request, type Response } from 'express'
import { createPatience, type Patiently } from '../deadline'
import { type Dependencies } from '../dependencies'
import { type Answer, type Call, type Handler, type Handlers, type OperationName } from '../http/call'
import { idempotencyKeyOf } from '../http/headers'
import { readJsonBody } from '../http/json-body'
import { parseWith } from '../http/parse'
import { assertScope, type Authenticate } from '../middleware/authenticate'
import { requestIdOf, setOperation } from '../middleware/locals'
import { wrongMethod } from '../middleware/problems'
import { type CountRequest, type RateLimitName } from '../middleware/rate-limits'

export interface PipelineDeps {
  readonly authenticate: Authenticate
  readonly countRequest: CountRequest
  readonly dependencies: Pick<Dependencies, 'isUp'>
  readonly clock: Clock
}

export const BODY_LIMIT_BYTES = 64 * 1024
/** What submits orders looks after its own time: it has to say what became of the order. */
const AUTHENTICATION = { patienceMs: 2_000, mostMs: 8_000 }
const ANSWER = { patienceMs: 3_000, mostMs: 10_000 }

/** One Express route for each row of the table of operations, and 405 for the methods that a path does not have. */
export function registerOperations(app: Express, handlers: Handlers, deps: PipelineDeps): void {
  const patiently = createPatience(deps.clock)
  const methods = new Map<string, Set<string>>()
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    const { method, path } = OPERATIONS[name]
    app[method](path, serve(name, handlers[name] as Handler<OperationName>, deps, patiently))
    const known = methods.get(path) ?? new Set(['OPTIONS'])
    for (const allowed of method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]) known.add(allowed)
    methods.set(path, known)
  }
  for (const [path, known] of methods) app.all(path, wrongMethod([...known].sort()))
}

/** The order of the checks is the contract's: who, how often, may they, and only then what they send. */
function serve(
  name: OperationName,
  handler: Handler<OperationName>,
  deps: PipelineDeps,
  patiently: Patiently,
) {
  const operation: Operation = OPERATIONS[name]
  const submits = operation.idempotent === true
  const limits: readonly RateLimitName[] = submits ? ['default', 'orders'] : ['default']
  const scope = operation.scope ?? (submits || operation.method === 'delete' ? 'trade' : 'read')
  const late = () => new AppError('DEPENDENCY_UNAVAILABLE', 'the answer took too long')
  const { authenticate, countRequest, dependencies } = deps
  const isHopeless = () => !dependencies.isUp('postgres') || !dependencies.isUp('redis')
  const [authentication, answering] = [
    { ...AUTHENTICATION, isHopeless },
    { ...ANSWER, isHopeless },
  ]

  return async (request: Request, response: Response): Promise<void> => {
    setOperation(response, name)
    const known = authenticate(request.headers.authorization)
    const caller = known instanceof Promise ? await patiently(authentication, known, late) : known
    const { headers, retryAfterSeconds } = await countRequest(caller.accountId, limits)
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value)
    if (retryAfterSeconds !== null)
      throw new AppError('RATE_LIMITED', 'the limit of this account is used up', { retryAfterSeconds })
    assertScope(caller, scope)
    const body = operation.body ? await readJsonBody(request, BODY_LIMIT_BYTES) : null
    const call = {
      operation: name,
      requestId: requestIdOf(response),
      caller,
      params: request.params,
      query: operation.query ? parseWith(operation.query, { ...request.query }, 'query') : undefined,
      body: operation.body ? parseWith(operation.body, body?.value, 'body') : undefined,
      bodyText: body?.text ?? '',
      idempotencyKey: submits ? idempotencyKeyOf(request.headers) : null,
    } as Call<OperationName>
    const work = handler(call)
    const answer = await (submits ? work : patiently(answering, work, late))
    send(response, operation.status, answer)
  }
}

function send(response: Response, status: number, { body, headers = {} }: Answer<OperationName>): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(body))
}
