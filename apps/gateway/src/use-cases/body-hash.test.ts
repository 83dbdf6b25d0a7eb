import fc from 'fast-check'
import { bodyHash } from './body-hash'

test('the order of fields and absent fields make no difference', () => {
  const a = { amount: '1', priorityFee: { mode: 'auto', maxLamports: '5' }, clientOrderId: undefined }
  const b = { priorityFee: { maxLamports: '5', mode: 'auto' }, amount: '1' }
  expect(bodyHash('order', a)).toBe(bodyHash('order', b))
})

test('it is what it was: keys of yesterday name their requests tomorrow', () => {
  const request = { type: 'limit', amount: '1', trailingBps: 5, sniper: null, flag: true, list: ['b', 'a'] }
  const nested = { priorityFee: { mode: 'auto', maxLamports: '5' }, clientOrderId: undefined }
  expect(bodyHash('order', { ...request, ...nested })).toBe(
    'e6100e7336380499b46f2681f9e202f2fce52183a1ee45527e2764c3f6df03ce',
  )
})

test('another operation, value or type of value does', () => {
  const hashes = [
    bodyHash('order', { amount: '1' }),
    bodyHash('short', { amount: '1' }),
    bodyHash('order', { amount: '2' }),
    bodyHash('order', { amount: 1 }),
    bodyHash('order', { amount: null }),
    bodyHash('order', { amounts: ['1'] }),
    bodyHash('order', {}),
  ]
  expect(new Set(hashes).size).toBe(hashes.length)
})

test('different requests never hash alike', () => {
  const request = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()))
  fc.assert(
    fc.property(request, request, (a, b) => {
      const sorted = (value: object) => JSON.stringify(Object.entries(value).sort())
      expect(bodyHash('order', a) === bodyHash('order', b)).toBe(sorted(a) === sorted(b))
    }),
  )
})
