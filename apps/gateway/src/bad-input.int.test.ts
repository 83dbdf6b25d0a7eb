import { request as httpRequest } from 'node:http'
import { createConnection } from 'node:net'
import { problemSchema, PROBLEMS, type ProblemCode } from '@fillstream/types'
import { startTestGateway, type Answer, type TestGateway } from '../../../tests/support/gateway'

let rig: TestGateway
beforeAll(async () => {
  rig = await startTestGateway()
})
afterAll(() => rig.close())

const order = { inputMint: 'USDC', outputMint: 'SOL', amount: '150000000' }

/** The answer is a whole problem document with this code and its status. */
function expectProblem(
  answer: Answer,
  code: ProblemCode,
  errors?: readonly { path: string; code?: string }[],
) {
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.body).toMatchObject({ code, status: PROBLEMS[code].status })
  expect(answer.status).toBe(PROBLEMS[code].status)
  const problem = problemSchema.parse(answer.body)
  expect(problem.requestId).toBe(answer.headers.get('x-request-id'))
  expect(problem.retryable).toBe(PROBLEMS[code].retryable)
  expect(answer.text).not.toMatch(/<html|node_modules|at .+:\d+:\d+/i)
  if (errors) expect(problem.errors).toMatchObject(errors)
}

describe('a body that is not an order is refused, by the path of what is wrong, and nothing is created', () => {
  test.each<[string, unknown, readonly { path: string; code?: string }[]]>([
    ['amount 1.5', { ...order, amount: '1.5' }, [{ path: 'amount', code: 'invalid_format' }]],
    ['amount -1', { ...order, amount: '-1' }, [{ path: 'amount', code: 'invalid_format' }]],
    ['amount 10^30', { ...order, amount: `1${'0'.repeat(30)}` }, [{ path: 'amount', code: 'too_big' }]],
    ['amount 2^64', { ...order, amount: '18446744073709551616' }, [{ path: 'amount' }]],
    ['amount 0', { ...order, amount: '0' }, [{ path: 'amount' }]],
    ['amount 007', { ...order, amount: '007' }, [{ path: 'amount' }]],
    ['amount as a number', { ...order, amount: 5 }, [{ path: 'amount', code: 'invalid_type' }]],
    ['no amount', { inputMint: 'SOL', outputMint: 'USDC' }, [{ path: 'amount', code: 'invalid_type' }]],
    ['unknown symbol', { ...order, inputMint: 'NOPE' }, [{ path: 'inputMint', code: 'UNKNOWN_MINT' }]],
    [
      'unknown mint',
      { ...order, outputMint: 'GDfnEsia2WLAW5t8yx2X5j2mkfA74i5kwGdDuZHt7XmG' },
      [{ path: 'outputMint', code: 'UNKNOWN_MINT' }],
    ],
    [
      'an address that is none',
      { ...order, outputMint: 'z'.repeat(44) },
      [{ path: 'outputMint', code: 'UNKNOWN_MINT' }],
    ],
    [
      'two unknown mints',
      { ...order, inputMint: 'NOPE', outputMint: 'NOPE' },
      [{ path: 'inputMint' }, { path: 'outputMint' }],
    ],
    ['a mint that is no text', { ...order, inputMint: { a: 1 } }, [{ path: 'inputMint' }]],
    [
      'the same mint twice, once by symbol',
      { ...order, outputMint: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v' },
      [{ path: 'outputMint', code: 'SAME_MINT' }],
    ],
    ['slippage 20000', { ...order, slippageBps: 20_000 }, [{ path: 'slippageBps', code: 'too_big' }]],
    ['slippage 0.5', { ...order, slippageBps: 0.5 }, [{ path: 'slippageBps' }]],
    ['slippage as text', { ...order, slippageBps: '50' }, [{ path: 'slippageBps' }]],
    ['an unknown field', { ...order, colour: 'red' }, [{ path: 'colour', code: 'unrecognized_keys' }]],
    [
      'an unknown field further in',
      { ...order, priorityFee: { mode: 'auto', tip: '1' } },
      [{ path: 'priorityFee.tip', code: 'unrecognized_keys' }],
    ],
    [
      'a bad field further in',
      { ...order, priorityFee: { maxLamports: '-1' } },
      [{ path: 'priorityFee.maxLamports' }],
    ],
    ['an unknown type', { ...order, type: 'twap' }, [{ path: 'type' }]],
    ['a bad clientOrderId', { ...order, clientOrderId: 'a b' }, [{ path: 'clientOrderId' }]],
    ['null', null, [{ path: '', code: 'invalid_type' }]],
    ['an array', [order], [{ path: '' }]],
    ['text', 'order', [{ path: '' }]],
  ])('%s', async (_name, json, errors) => {
    const answer = await rig.call('POST', '/v1/orders', { json })
    expectProblem(answer, 'VALIDATION_FAILED', errors)
    expect(await rig.countOrders()).toBe(0)
  })

  test.each<[string, string, ProblemCode]>([
    ['cut short', '{"inputMint":', 'MALFORMED_JSON'],
    ['empty', '', 'MALFORMED_JSON'],
    ['trailing text', '{}x', 'MALFORMED_JSON'],
    ['prototype keys', '{"__proto__":{"amount":"1"},"constructor":1}', 'VALIDATION_FAILED'],
    ['nested a thousandfold', '['.repeat(30_000) + ']'.repeat(30_000), 'VALIDATION_FAILED'],
    ['nested and never closed', '{"a":'.repeat(10_000), 'MALFORMED_JSON'],
    ['over the limit', JSON.stringify({ ...order, clientOrderId: 'x'.repeat(70_000) }), 'BODY_TOO_LARGE'],
    ['2 MB', JSON.stringify({ a: 'x'.repeat(2_000_000) }), 'BODY_TOO_LARGE'],
    ['20 MB', 'x'.repeat(20_000_000), 'BODY_TOO_LARGE'],
  ])('%s', async (_name, raw, code) => {
    expectProblem(await rig.call('POST', '/v1/orders', { raw }), code)
    expect(await rig.countOrders()).toBe(0)
  })

  test('2 MB in chunks of unknown number', async () => {
    const chunk = 'x'.repeat(100_000)
    const status = await new Promise<number>((resolve, reject) => {
      const request = httpRequest(`${rig.gateway.url}/v1/orders`, {
        method: 'POST',
        headers: { authorization: `Bearer ${rig.apiKey}`, 'content-type': 'application/json' },
      })
      request.on('response', (response) => resolve(response.resume().statusCode ?? 0))
      request.on('error', reject)
      for (let i = 0; i < 20; i += 1) request.write(chunk)
      request.end()
    })
    expect(status).toBe(413)
  })

  test('bytes that are not UTF-8', async () => {
    const raw = Uint8Array.from([...Buffer.from('{"a":"'), 0xff, 0xfe, ...Buffer.from('"}')])
    expectProblem(await rig.call('POST', '/v1/orders', { raw }), 'MALFORMED_JSON')
  })

  test('a thousand unknown fields are answered with a bounded list', async () => {
    const json = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`field${i}`, i]))
    const { body } = await rig.call('POST', '/v1/orders', { json })
    expect((body['errors'] as unknown[]).length).toBeLessThanOrEqual(50)
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'json',
    '',
  ])('content type "%s"', async (type) => {
    const raw = Buffer.from(JSON.stringify(order))
    const headers = { 'content-type': type }
    expectProblem(await rig.call('POST', '/v1/orders', { raw, headers }), 'UNSUPPORTED_MEDIA_TYPE')
  })

  test('a compressed body', async () => {
    const headers = { 'content-encoding': 'gzip' }
    expectProblem(await rig.call('POST', '/v1/orders', { raw: 'x', headers }), 'UNSUPPORTED_MEDIA_TYPE')
  })

  test.each(['', 'x'.repeat(256), 'schl\u00fcssel'])('Idempotency-Key "%s"', async (key) => {
    const answer = await rig.call('POST', '/v1/orders', {
      json: order,
      headers: { 'idempotency-key': key },
    })
    expectProblem(answer, 'VALIDATION_FAILED', [{ path: 'Idempotency-Key' }])
    expect(await rig.countOrders()).toBe(0)
  })
})

describe('paths', () => {
  const unknown = '01990f1e-7c2a-7b3e-9d4f-5a6b7c8d9e0f'
  test.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['POST', '/v2/orders'],
    ['GET', `/v1/orders/${unknown}`],
    ['GET', `/v1/orders/${unknown}/events`],
    ['GET', `/v1/orders/${unknown}/route`],
    ['DELETE', `/v1/orders/${unknown}`],
    ['GET', '/v1/orders/by-client-id/none'],
    ['GET', '/v1/orders/by-client-id/%00'],
    ['GET', '/v1/orders/42'],
    ['DELETE', '/v1/orders/not-an-id'],
    ['GET', '/v1/orders/%00'],
    ['GET', '/v1/orders/%zz'],
    ['GET', '/v1/orders/%E0%A4%A'],
    ['GET', '/%zz'],
    ['GET', '/docs/%zz'],
    ['GET', '/docs/../../package.json'],
    ['GET', '/docs/%2e%2e%2fpackage.json'],
    ['GET', '/__proto__'],
    ['GET', `/v1/orders/${unknown}/constructor`],
  ])('%s %s is not there', async (method, path) => {
    expectProblem(await rig.call(method, path), 'NOT_FOUND')
  })

  test.each([
    ['PUT', '/v1/orders', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/v1/orders', 'GET, HEAD, OPTIONS, POST'],
    ['POST', `/v1/orders/${unknown}`, 'DELETE, GET, HEAD, OPTIONS'],
    ['PATCH', `/v1/orders/${unknown}`, 'DELETE, GET, HEAD, OPTIONS'],
    ['GET', '/v1/quotes', 'OPTIONS, POST'],
    ['GET', '/execute', 'OPTIONS, POST'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    ['POST', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ['POST', '/docs', 'GET, HEAD, OPTIONS'],
  ])('%s %s has the wrong method', async (method, path, allow) => {
    const answer = await rig.call(method, path)
    expectProblem(answer, 'METHOD_NOT_ALLOWED')
    expect(answer.headers.get('allow')).toBe(allow)
  })

  test('HEAD answers as GET does, without a body', async () => {
    const answer = await rig.call('HEAD', '/v1/orders')
    expect([answer.status, answer.text]).toEqual([200, ''])
  })
})

test.each<[string, { path: string; code?: string }]>([
  ['cursor=bad', { path: 'cursor' }],
  ['cursor=', { path: 'cursor' }],
  ['cursor=%00', { path: 'cursor' }],
  ['limit=0', { path: 'limit' }],
  ['limit=101', { path: 'limit' }],
  ['limit=ten', { path: 'limit' }],
  ['limit=1.5', { path: 'limit' }],
  ['limit=1&limit=2', { path: 'limit' }],
  ['status=done', { path: 'status' }],
  ['type=twap', { path: 'type' }],
  ['inputMint=NOPE', { path: 'inputMint', code: 'UNKNOWN_MINT' }],
  ['outputMint=a%20b', { path: 'outputMint' }],
  ['colour=red', { path: 'colour', code: 'unrecognized_keys' }],
  ['status[]=open', { path: 'status[]' }],
])('history with ?%s is refused', async (query, error) => {
  expectProblem(await rig.call('GET', `/v1/orders?${query}`), 'VALIDATION_FAILED', [error])
})

test('what is not HTTP is answered in the same form, and the connection is closed', async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = createConnection(rig.gateway.port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
    socket.write('NONSENSE\r\n\r\n')
  })
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  const [, body = ''] = answer.split('\r\n\r\n')
  expect(problemSchema.parse(JSON.parse(body)).code).toBe('VALIDATION_FAILED')
})

test('a request id is taken over where it is harmless, and made where it is not', async () => {
  const id = 'client-request:42'
  const given = await rig.call('GET', '/nothing', { headers: { 'x-request-id': id } })
  expect(given.headers.get('x-request-id')).toBe(id)
  expect(given.body['requestId']).toBe(id)
  for (const bad of ['x'.repeat(129), 'a b', '<script>']) {
    const made = await rig.call('GET', '/nothing', { headers: { 'x-request-id': bad } })
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  }
})
