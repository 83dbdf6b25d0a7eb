import fc from 'fast-check'
import { decodeCursor, encodeCursor } from './cursor'

test('a position survives its cursor', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      fc.uuid(),
      (createdAt, id) => {
        expect(decodeCursor(encodeCursor({ createdAt, id }))).toEqual({ createdAt, id })
      },
    ),
  )
})

test('no other text is a cursor', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => decodeCursor(text)).toThrow('not valid')
    }),
  )
})
