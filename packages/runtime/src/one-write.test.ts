import { Writable } from 'node:stream'
import { writeOncePerTurn } from './one-write'

/** A stream that keeps what reached the system, one text a call. */
function setUp() {
  const calls: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join(''))
      done()
    },
  })
  writeOncePerTurn(stream)
  return { calls, stream }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

test('what a callback and its promises write leaves by one call, in its order', async () => {
  const { calls, stream } = setUp()
  stream.write('a')
  await Promise.resolve()
  stream.write(Buffer.from('b'))
  await Promise.resolve().then(() => stream.write('c', 'utf8'))
  expect(calls).toEqual([])
  await nextTurn()
  expect(calls).toEqual(['abc'])
  stream.write('d')
  await nextTurn()
  expect(calls).toEqual(['abc', 'd'])
})

test('a stream that ends sends what waits, at once', async () => {
  const { calls, stream } = setUp()
  const told: unknown[] = []
  stream.write('a', (error) => told.push(error ?? 'written'))
  stream.end('b')
  expect(calls).toEqual(['ab'])
  await nextTurn()
  expect(told).toEqual(['written'])
})
