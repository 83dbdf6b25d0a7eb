import { clientMessageSchema, serverMessageSchema } from '@fillstream/types'
import { asyncApiDocument } from './asyncapi'

const document = JSON.parse(JSON.stringify(asyncApiDocument('wss://stream.example')))

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    name === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  )
}

test('every message of the protocol is there, with a summary and a schema that has its type', () => {
  const types = [...clientMessageSchema.options, ...serverMessageSchema.options].map(
    (o) => o.shape.type.value,
  )
  const { messages } = document.channels.stream
  expect(Object.keys(messages).sort()).toEqual([...types].sort())
  for (const type of types) {
    expect(messages[type]).toMatchObject({
      name: type,
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
