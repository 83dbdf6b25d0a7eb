import { type ServerResponse } from 'node:http'
import { serveHttp, type TestHttpServer } from '../../../../../tests/support/http-server'
import { eventually } from '../../../../../tests/support/store'
import { createPostJson } from './post-json'

const servers: TestHttpServer[] = []
afterAll(() => servers.forEach((server) => server.close()))

async function serve(answer: Parameters<typeof serveHttp>[0]): Promise<string> {
  const server = await serveHttp(answer)
  servers.push(server)
  return server.url
}

const PATIENT_MS = 30_000

test('the whole of the address is asked, and the whole answer read, in whatever pieces it comes', async () => {
  const asked: unknown[] = []
  const url = await serve((request, response) => {
    const { method, url: path, headers } = request
    asked.push([method, path, headers['content-type']])
    const text = Buffer.from('{"price":"ein €"}')
    response
      .writeHead(202)
      .write(text.subarray(0, 15), () => setImmediate(() => response.end(text.subarray(15))))
  })
  const post = createPostJson(`${url}/a/b?key=1`)
  expect(await post('{}', PATIENT_MS)).toEqual({ status: 202, text: '{"price":"ein €"}' })
  expect(asked).toEqual([['POST', '/a/b?key=1', 'application/json']])
})

test('an answer that breaks off is none, and its connection is not used again', async () => {
  let asked = 0
  const url = await serve((request, response) => {
    asked += 1
    request.resume()
    response.writeHead(200, { 'content-length': '10' })
    if (asked === 1) response.write('half', () => response.destroy())
    else response.end('0123456789')
  })
  const post = createPostJson(url)
  await expect(post('{}', PATIENT_MS)).rejects.toThrow()
  expect(await post('{}', PATIENT_MS)).toEqual({ status: 200, text: '0123456789' })
})

test('what is not answered in time is given up, and not sent any more where it has not left yet', async () => {
  const bodies: string[] = []
  const hanging = new Set<ServerResponse>()
  const url = await serve((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => bodies.push(body))
    hanging.add(response)
    response.on('close', () => hanging.delete(response))
  })
  const post = createPostJson(url)
  await expect(post('unanswered', 300)).rejects.toThrow('no answer within 300 ms')
  const patient = Array.from({ length: 64 }, (_, n) => post(String(n), PATIENT_MS))
  await eventually(() => expect(hanging.size).toBe(64))
  // All connections are taken, and this one waits.
  await expect(post('too late', 50)).rejects.toThrow('no answer within 50 ms')
  const after = post('after', PATIENT_MS)
  for (const response of hanging) response.end('{}')
  await Promise.all(patient)
  await eventually(() => expect(bodies).toContain('after'))
  expect(bodies).not.toContain('too late')
  for (const response of hanging) response.end('{}')
  await after
})
