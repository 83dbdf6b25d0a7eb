import {
  OPERATIONS,
  problemCodeSchema,
  problemSchema,
  type Operation,
  type ProblemCode,
} from '@fillstream/types'
import { createOpenApi } from './openapi'
import { EXAMPLES, problemExample } from './openapi-examples'

interface Document {
  openapi: string
  paths: Record<string, Record<string, DocumentedOperation>>
  components: { schemas: Record<string, unknown>; securitySchemes: object }
}
interface DocumentedOperation {
  operationId: string
  parameters?: { in: string; name: string; required?: boolean }[]
  requestBody?: { content: object }
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
  security?: object[]
}

const document = JSON.parse(JSON.stringify(createOpenApi())) as Document
const operations: readonly Operation[] = Object.values(OPERATIONS)
const documented = (operation: Operation) =>
  document.paths[operation.path.replace(/:(\w+)/g, '{$1}')]?.[operation.method]

test('every operation is there, with its parameters, answers and problems', () => {
  expect(document.openapi).toMatch(/^3\.1/)
  for (const operation of operations) {
    const found = documented(operation)
    expect(found?.operationId).toBe(operation.operationId)
    if (!found) continue
    const names = (kind: string) =>
      (found.parameters ?? []).filter((parameter) => parameter.in === kind).map(({ name }) => name)
    expect(names('path')).toEqual([...operation.path.matchAll(/:(\w+)/g)].map(([, name]) => name))
    expect(names('query')).toEqual(Object.keys(operation.query?.shape ?? {}))
    expect(names('header').includes('Idempotency-Key')).toBe(operation.idempotent === true)
    expect(found.requestBody !== undefined).toBe(operation.body !== undefined)
    expect(found.responses[operation.status]?.content).toHaveProperty('application/json')
    expect(found.security).toEqual([{ apiKey: [] }])
    for (const code of operation.problems) {
      const { status } = problemExample(code)
      expect(found.responses[status]?.content).toHaveProperty('application/problem+json')
      expect(found.responses[status]?.description).toContain(code)
    }
  }
})

test('every reference leads somewhere, and ids are unique', () => {
  const text = JSON.stringify(document)
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  expect(references.length).toBeGreaterThan(operations.length)
  for (const name of references) expect(document.components.schemas).toHaveProperty(name as string)
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  )
  expect(new Set(ids).size).toBe(ids.length)
})

test.each(operations.map((operation) => [operation.operationId, operation] as const))(
  'the examples of %s are valid',
  (operationId, operation) => {
    const example = EXAMPLES[operationId]
    expect(operation.answer.safeParse(example?.answer).error).toBeUndefined()
    const requests = Object.values(example?.requests ?? {})
    expect(requests.length > 0).toBe(operation.body !== undefined)
    for (const request of requests) expect(operation.body?.safeParse(request).error).toBeUndefined()
  },
)

test.each<ProblemCode>(problemCodeSchema.options)('the example of %s is a problem document', (code) => {
  expect(problemSchema.safeParse(problemExample(code)).error).toBeUndefined()
})
