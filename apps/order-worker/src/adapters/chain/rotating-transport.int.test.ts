import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { createRpcChain } from './rpc-chain'

/** A node that answers every call with its own genesis hash, or with a status that is no answer. */
async function node(
  name: string,
  status = 200,
): Promise<{ url: string; server: Server; asked: () => number }> {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ jsonrpc: '2.0', id: '1', result: name }))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  servers.push(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    asked: () => asked,
  }
}
const servers: Server[] = []
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
