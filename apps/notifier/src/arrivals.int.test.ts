import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { eventually } from '../../../tests/support/store'
import { serveInTurn, type Arrivals } from './arrivals'
import { createTurns } from './turns'

const REQUEST = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n'

interface Stage {
  readonly arrivals: Arrivals
  /** Connections that were taken, and those that are read from. */
  counts(): { readonly taken: number; readonly served: number }
  /** Bytes that were read from the one taken last. */
  readOfNewest(): number | undefined
  connect(): Promise<Socket>
  /** Time passes for those who wait for it, and what follows from it happens. */
  pass(ms: number): Promise<void>
  close(): void
}

const stages: Stage[] = []
afterAll(() => stages.forEach((stage) => stage.close()))

async function openStage(): Promise<Stage> {
  let [now, taken, served] = [0, 0, 0]
  let newest: Socket | undefined
  const sleepers: (() => void)[] = []
  const clock = {
    monotonic: () => now,
    sleep: () => new Promise<void>((resolve) => sleepers.push(resolve)),
  }
  const server: Server = createServer((_request, response) => response.end('here'))
  server.on('connection', () => (served += 1))
  const arrivals = serveInTurn(server, createTurns(clock), clock)
  server.on('connection', (socket: Socket) => {
    taken += 1
    newest = socket
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const sockets: Socket[] = []
  const stage: Stage = {
    arrivals,
    counts: () => ({ taken, served }),
    readOfNewest: () => newest?.bytesRead,
    async connect() {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      await once(socket, 'connect')
      return socket
    },
    async pass(ms) {
      now += ms
      for (const wake of sleepers.splice(0)) wake()
      for (let turn = 0; turn < 50; turn += 1) await nextTurn()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close().closeAllConnections()
    },
  }
  stages.push(stage)
  return stage
}

const crowd = (stage: Stage, size: number) => Promise.all(Array.from({ length: size }, stage.connect))

test('of a crowd, 64 are read from at a time; who has spoken, or is silent for 20 ms, makes room', async () => {
  const stage = await openStage()
  const [first] = await crowd(stage, 100)
  await eventually(() => expect(stage.counts()).toEqual({ taken: 100, served: 64 }))
  first?.write(REQUEST)
  await eventually(() => expect(stage.counts().served).toBe(65))
  await stage.pass(19)
  expect(stage.counts().served).toBe(65)
  await stage.pass(1)
  expect(stage.counts().served).toBe(100)
})

test('who comes when the silent have had their time waits for nobody', async () => {
  const stage = await openStage()
  await crowd(stage, 64)
  await eventually(() => expect(stage.counts().served).toBe(64))
  await stage.pass(20)
  await stage.connect()
  await eventually(() => expect(stage.counts().served).toBe(65))
})

test('what is said before anybody listens is not read, and heard later', async () => {
  const stage = await openStage()
  await crowd(stage, 64)
  await eventually(() => expect(stage.counts().served).toBe(64))
  const late = await stage.connect()
  late.setEncoding('utf8')
  late.write(REQUEST)
  await eventually(() => expect(stage.counts().taken).toBe(65))
  await stage.pass(0)
  expect(stage.readOfNewest()).toBe(0)
  const answered = once(late, 'data') as Promise<[string]>
  await stage.pass(20)
  const [answer] = await answered
  expect(answer).toMatch(/^HTTP\/1.1 200 OK/)
})

test('who still waits at the end is sent away', async () => {
  const stage = await openStage()
  await crowd(stage, 64)
  await eventually(() => expect(stage.counts().served).toBe(64))
  const late = await stage.connect()
  await eventually(() => expect(stage.counts().taken).toBe(65))
  late.resume()
  stage.arrivals.close()
  await once(late, 'close')
})
