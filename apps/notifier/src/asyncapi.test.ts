import { clientMessageSchema, serverMessageSchema } from '@fillstream/types'
import { z } from 'zod'
import { asyncApiDocument } from './asyncapi'

const document = JSON.parse(JSON.stringify(asyncApiDocument('wss://stream.example')))

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  )
}

test('every message of the protocol is there, with a summary and a schema that has its type', () => {
  const options = [...clientMessageSchema.options, ...serverMessageSchema.options]
  const types = options.flatMap((o) => (o instanceof z.ZodObject ? [o.shape.type.value] : []))
  const named = [
    ...types.map((type) => [type, type]),
    ['event', 'event'],
    ['launch', 'event'],
    ['price', 'event'],
  ]
  const { messages } = document.channels.stream
  expect(Object.keys(messages).sort()).toEqual(named.map(([name]) => name).sort())
  for (const [name = '', type] of named) {
    expect(messages[name]).toMatchObject({
      name,
      summary: expect.any(String),
      payload: { type: 'object', properties: { type: { const: type } } },
    })
  }
})

test('every reference leads somewhere', () => {
  const references = referencesIn(document)
  expect(references.length).toBeGreaterThan(10)
  for (const reference of references) {
    const steps = reference.replace('#/', '').split('/')
    expect(steps.reduce((at, step) => at?.[step], document)).toBeDefined()
  }
})

test('the server is the public address', () => {
  expect(document.servers.notifier).toMatchObject({ host: 'stream.example', protocol: 'wss' })
})
