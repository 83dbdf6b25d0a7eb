import { type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { readJsonBody } from './json-body'

function requestOf(source: Readable): IncomingMessage {
  return Object.assign(source, {
    headers: { 'content-type': 'application/json' },
  }) as unknown as IncomingMessage
}

const read = (...chunks: readonly Uint8Array[]) => readJsonBody(requestOf(Readable.from(chunks)), 100)

test('a body is the same in one piece, in several, and behind a byte order mark', async () => {
  const text = '{"a":"é"}'
  const bytes = Buffer.from(text)
  // In the middle of the é.
  for (const chunks of [[bytes], [bytes.subarray(0, 7), bytes.subarray(7)], [Buffer.from('\uFEFF'), bytes]])
    expect(await read(...chunks)).toEqual({ text, value: { a: 'é' } })
})

test.each([
  ['no UTF-8', [0x22, 0xff, 0x22]],
  ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ['an overlong form', [0x22, 0xc0, 0x80, 0x22]],
  ['one that ends within a character', [0x22, 0xc3]],
])('%s', async (_what, bytes) => {
  await expect(read(Uint8Array.from(bytes))).rejects.toMatchObject({ message: 'the body is not valid UTF-8' })
})

test('one that is cut, and one that is too large', async () => {
  const cut = new Readable({ read: () => undefined })
  const reading = readJsonBody(requestOf(cut), 100)
  cut.push('{')
  cut.destroy()
  await expect(reading).rejects.toMatchObject({ code: 'MALFORMED_JSON', message: 'the body ended early' })
  await expect(read(Buffer.alloc(101, ' '))).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
})
