import fc from 'fast-check'
import { z } from 'zod'
import {
  amountSchema,
  maxLamportsSchema,
  OPERATIONS,
  positiveAmountSchema,
  serverMessageSchema,
} from '@fillstream/types'
import { AMOUNT_FIELDS, fromWire, toWire } from './wire'

const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })

test('every amount keeps its exact value both ways', () => {
  const amounts = fc.record({
    amount: u64,
    nested: fc.record({ outAmount: u64, fees: fc.array(fc.record({ amount: u64 })) }),
  })
  fc.assert(
    fc.property(amounts, (value) => {
      expect(fromWire(JSON.parse(toWire(value)))).toEqual(value)
    }),
  )
})

test('null, missing and other fields stay as they are', () => {
  const answer = { outAmount: null, price: '12', seq: 3, amountLabel: '7', items: ['8'] }
  expect(fromWire(answer)).toEqual(answer)
  expect(toWire({ amount: 5n, clientOrderId: undefined })).toBe('{"amount":"5"}')
})

test.each([[1.5], [7], ['1.5'], ['-1'], ['0x10'], ['01'], ['']])('an amount of %p is refused', (amount) => {
  expect(() => fromWire({ amount })).toThrow(expect.objectContaining({ code: 'INVALID_ANSWER' }))
})

const AMOUNTS: readonly z.ZodType[] = [amountSchema, positiveAmountSchema, maxLamportsSchema]

/** The fields of a schema that are amounts, and those that are not, by name. */
function fieldsOf(schema: z.ZodType, amounts: Set<string>, others: Set<string>): void {
  if (schema instanceof z.ZodObject)
    for (const [name, field] of Object.entries(schema.shape as Record<string, z.ZodType>)) {
      const inner = unwrap(field)
      if (AMOUNTS.includes(inner)) amounts.add(name)
      else {
        others.add(name)
        fieldsOf(inner, amounts, others)
      }
    }
  else if (schema instanceof z.ZodArray) fieldsOf(unwrap(schema.element as z.ZodType), amounts, others)
  else if (schema instanceof z.ZodUnion)
    for (const option of schema.options as z.ZodType[]) fieldsOf(unwrap(option), amounts, others)
}

function unwrap(schema: z.ZodType): z.ZodType {
  const wrapped =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  return wrapped ? unwrap(schema.unwrap() as z.ZodType) : schema
}

test("the list of amounts is the API's", () => {
  const amounts = new Set<string>()
  const others = new Set<string>()
  const { execute: _short, executeOrder: _shortToo, ...operations } = OPERATIONS
  for (const operation of Object.values(operations)) {
    fieldsOf(operation.answer, amounts, others)
    if ('body' in operation) fieldsOf(operation.body, amounts, others)
  }
  fieldsOf(serverMessageSchema, amounts, others)
  expect([...amounts].sort()).toEqual([...AMOUNT_FIELDS])
  expect([...others].filter((name) => amounts.has(name))).toEqual([])
})
