import { request } from 'node:http'
import { startRig, type Rig } from '../test-support/rig'
import { isA, openStream } from '../test-support/stream-client'

jest.setTimeout(60_000)

let rig: Rig

beforeEach(async () => {
  rig = await startRig()
})
afterEach(() => rig.close())

test('health, readiness and metrics are on the port of the streams, anything else is a problem', async () => {
  const get = async (path: string) => {
    const response = await fetch(`${rig.notifier.url}${path}`)
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    }
  }
  expect(await get('/healthz')).toMatchObject({ status: 200 })
  expect(JSON.parse((await get('/readyz')).text)).toEqual({
    status: 'ready',
    checks: { postgres: 'ok', redis: 'ok' },
  })
  const client = await rig.connect(await rig.newCustomer())
  expect((await get('/metrics')).text).toMatch(/fillstream_notifier_connections\{.*\} 1/)
  expect(JSON.parse((await get('/asyncapi.json')).text)).toMatchObject({ asyncapi: '3.0.0' })
  const problem = await get('/nothing')
  expect(problem).toMatchObject({ status: 404, type: expect.stringContaining('application/problem+json') })
  expect(JSON.parse(problem.text)).toMatchObject({ code: 'NOT_FOUND', instance: '/nothing' })
  expect(await get('/v1/stream')).toMatchObject({ status: 400 })
  expect(await upgrading(`${rig.notifier.url}/healthz`)).toEqual({ status: 200, text: '{"status":"ok"}' })
  await client.close()
})

/** A request such as HTTP/2 clients send it at first. */
function upgrading(url: string): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' }
    const sent = request(url, { headers }, (response) => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('a shutdown says 1001 to everybody, also to who is not authenticated, and does not wait for who does not answer', async () => {
  const customer = await rig.newCustomer()
  const following = await rig.connect(customer)
  following.send({ type: 'subscribe', channel: 'orders' })
  await following.first(isA('replayComplete'))
  const stranger = openStream(rig.at('/v1/stream'))
  await stranger.first(isA('connected'))
  const mute = await rig.connect(customer)
  mute.socket.pause()
  await rig.notifier.close()
  expect(await following.closed).toMatchObject({ code: 1001 })
  expect(await stranger.closed).toMatchObject({ code: 1001 })
  mute.socket.terminate()
  await expect(fetch(`${rig.notifier.url}/readyz`)).rejects.toThrow()
})
