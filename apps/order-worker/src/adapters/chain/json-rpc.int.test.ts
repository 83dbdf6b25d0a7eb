import { systemClock } from '@fillstream/runtime'
import { type Address } from '@solana/kit'
import { serveHttp, type TestHttpServer } from '../../../../../tests/support/http-server'
import { createJsonRpc } from './json-rpc'
import { createRpcChain } from './rpc-chain'

/** A node that answers every call with its own genesis hash, or with a status that is no answer. */
async function node(
  name: string,
  status = 200,
): Promise<{ url: string; server: TestHttpServer; asked: () => number }> {
  let asked = 0
  const server = await serveHttp((request, response) => {
    asked += 1
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ jsonrpc: '2.0', id: '1', result: name }))
    })
  })
  servers.push(server)
  return {
    url: server.url,
    server,
    asked: () => asked,
  }
}
const servers: TestHttpServer[] = []
afterAll(() => servers.forEach((server) => server.close()))

test('calls go round the nodes', async () => {
  const nodes = [await node('one'), await node('two')]
  const chain = createRpcChain(nodes.map(({ url }) => url))
  const answers = [await chain.genesisHash(), await chain.genesisHash(), await chain.genesisHash()]
  expect(answers).toEqual(['one', 'two', 'one'])
})

test('a node that is away, or has had enough, is passed over', async () => {
  const gone = await node('gone')
  gone.server.close()
  const busy = await node('busy', 429)
  const well = await node('well')
  const chain = createRpcChain([gone.url, busy.url, well.url])
  const answers = [await chain.genesisHash(), await chain.genesisHash(), await chain.genesisHash()]
  expect(answers).toEqual(['well', 'well', 'well'])
  expect(busy.asked()).toBe(2)
})

test('where none answers, nothing is known', async () => {
  const chain = createRpcChain([(await node('one', 503)).url, (await node('two', 429)).url])
  await expect(chain.genesisHash()).rejects.toMatchObject({ name: 'ChainUnavailableError' })
})

interface Asked {
  readonly id: number
  readonly method: string
}
/** What a node says to a body: a status and JSON. */
type Says = (body: Asked | readonly Asked[]) => readonly [status: number, answer: unknown]

const resultOf = ({ id, method }: Asked) => ({ jsonrpc: '2.0', id, result: `of ${method}` })

async function batchNode(says: Says): Promise<{ url: string; bodies: (Asked | readonly Asked[])[] }> {
  const bodies: (Asked | readonly Asked[])[] = []
  const server = await serveHttp((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Asked | readonly Asked[]
      bodies.push(body)
      const [status, answer] = says(body)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
  })
  servers.push(server)
  return { url: server.url, bodies }
}

const names = (count: number) => Array.from({ length: count }, (_, n) => `method${n}`)
const askAll = (urls: readonly string[], methods: readonly string[]) => {
  const rpc = createJsonRpc(urls, systemClock)
  return Promise.all(methods.map((method) => rpc(method, [])))
}
const expected = (methods: readonly string[]) => methods.map((method) => `of ${method}`)
const sizes = (bodies: readonly (Asked | readonly Asked[])[]) =>
  bodies.map((body) => (Array.isArray(body) ? body.length : 1)).sort()

test('calls of one turn share requests of ten at most, whatever the order of the answers', async () => {
  const { url, bodies } = await batchNode((body) => [
    200,
    Array.isArray(body) ? body.map(resultOf).reverse() : resultOf(body as Asked),
  ])
  expect(await askAll([url], names(21))).toEqual(expected(names(21)))
  expect(sizes(bodies)).toEqual([1, 10, 10])
})

test('a request is no longer than nodes read', async () => {
  const { url, bodies } = await batchNode((body) => [200, (body as readonly Asked[]).map(resultOf)])
  const rpc = createJsonRpc([url], systemClock)
  await Promise.all(names(8).map((method) => rpc(method, ['x'.repeat(10_000)])))
  expect(bodies.every((body) => JSON.stringify(body).length <= 40_100)).toBe(true)
})

test.each([
  ['by a status', 403, { error: 'batch requests need a larger plan' }],
  ['by an error', 200, { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Invalid request' } }],
])('a node that refuses batches, %s, is asked one by one from then on', async (_how, status, refusal) => {
  const { url, bodies } = await batchNode((body) =>
    Array.isArray(body) ? [status, refusal] : [200, resultOf(body as Asked)],
  )
  const rpc = createJsonRpc([url], systemClock)
  const ask = () => Promise.all(names(3).map((method) => rpc(method, [])))
  expect(await ask()).toEqual(expected(names(3)))
  expect(await ask()).toEqual(expected(names(3)))
  expect(sizes(bodies)).toEqual([1, 1, 1, 1, 1, 1, 3])
})

test('a node that has had enough for the moment is asked batches again', async () => {
  let enough = true
  const { url, bodies } = await batchNode((body) =>
    enough ? [429, {}] : [200, (body as readonly Asked[]).map(resultOf)],
  )
  const rpc = createJsonRpc([url], systemClock)
  const ask = () => Promise.all(names(3).map((method) => rpc(method, [])))
  await expect(ask()).rejects.toThrow('429')
  enough = false
  expect(await ask()).toEqual(expected(names(3)))
  expect(sizes(bodies)).toEqual([3, 3])
})

test('what a node leaves out of a batch is asked of the next', async () => {
  const forgetful = await batchNode((body) => [200, (body as readonly Asked[]).slice(1).map(resultOf)])
  const other = await batchNode((body) => [200, resultOf(body as Asked)])
  expect(await askAll([forgetful.url, other.url], names(3))).toEqual(expected(names(3)))
  expect(other.bodies).toMatchObject([{ method: 'method0' }])
})

test('an error that a node answers is the answer, of its own call alone', async () => {
  const { url } = await batchNode((body) => [
    200,
    (body as readonly Asked[]).map((call) =>
      call.method === 'method1'
        ? { jsonrpc: '2.0', id: call.id, error: { code: -32016, message: 'too early' } }
        : resultOf(call),
    ),
  ])
  const rpc = createJsonRpc([url], systemClock)
  const settled = await Promise.allSettled(names(3).map((method) => rpc(method, [])))
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(settled[1]).toMatchObject({ reason: { code: -32016 } })
})

test('an amount that a double cannot hold is not rounded', async () => {
  const { url } = await batchNode((body) => [
    200,
    `{"jsonrpc":"2.0","id":${(body as Asked).id},"result":{"context":{"slot":5},"value":18446744073709551615}}`,
  ])
  expect(await createRpcChain([url]).balanceLamports('11111111111111111111111111111111' as Address)).toBe(
    2n ** 64n - 1n,
  )
})

test('an answer of another form is none', async () => {
  const { url } = await batchNode((body) => [
    200,
    { jsonrpc: '2.0', id: (body as Asked).id, result: { value: 'much' } },
  ])
  await expect(
    createRpcChain([url]).balanceLamports('11111111111111111111111111111111' as Address),
  ).rejects.toMatchObject({ name: 'ChainUnavailableError' })
})

test('what a wallet holds is told by one call, and an account that is not there holds nothing', async () => {
  const [wallet, tokenAccount] = [
    '11111111111111111111111111111111',
    'SysvarC1ock11111111111111111111111111111111',
  ] as [Address, Address]
  const amount = Buffer.alloc(8)
  amount.writeBigUInt64LE(2n ** 64n - 1n)
  const own = { lamports: 5, data: ['', 'base64'] }
  const held = { lamports: 2_039_280, data: [amount.toString('base64'), 'base64'] }
  const says = (value: readonly unknown[]): Says => {
    return (body) => [
      200,
      { jsonrpc: '2.0', id: (body as Asked).id, result: { context: { slot: 5 }, value } },
    ]
  }
  const [both, poor, nothing] = await Promise.all(
    [
      [own, held],
      [own, null],
      [null, null],
    ].map(async (value) => {
      const { url, bodies } = await batchNode(says(value))
      const holdings = await createRpcChain([url]).holdings(wallet, tokenAccount)
      expect(bodies).toMatchObject([{ method: 'getMultipleAccounts', params: [[wallet, tokenAccount], {}] }])
      return holdings
    }),
  )
  expect(both).toEqual({ lamports: 5n, tokens: 2n ** 64n - 1n })
  expect(poor).toEqual({ lamports: 5n, tokens: 0n })
  expect(nothing).toEqual({ lamports: 0n, tokens: 0n })
})
