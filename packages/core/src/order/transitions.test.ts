import { ORDER_STATUSES } from '@fillstream/types'
import {
  assertTransition,
  canTransition,
  isCancellable,
  isTerminal,
  TERMINAL_STATUSES,
  TRANSITIONS,
} from './transitions'

test('the table is the contract, row by row', () => {
  expect(TRANSITIONS).toEqual({
    pending: ['routing', 'open', 'failed', 'cancelled', 'expired'],
    open: ['routing', 'cancelled', 'expired', 'failed'],
    routing: ['building', 'open', 'failed', 'cancelled', 'expired'],
    building: ['submitted', 'routing', 'failed', 'cancelled', 'expired'],
    submitted: ['confirmed', 'failed', 'routing'],
    confirmed: [],
    failed: [],
    cancelled: [],
    expired: [],
  })
})

test('confirmed, failed, cancelled and expired are the ends', () => {
  expect(TERMINAL_STATUSES).toEqual(['confirmed', 'failed', 'cancelled', 'expired'])
  expect(ORDER_STATUSES.filter(isTerminal)).toEqual(TERMINAL_STATUSES)
})

test('every status reaches an end', () => {
  for (const start of ORDER_STATUSES) {
    const seen = new Set([start])
    for (const status of seen) for (const next of TRANSITIONS[status]) seen.add(next)
    expect([...seen].some(isTerminal)).toBe(true)
  }
})

test('an order can be cancelled until it is submitted', () => {
  expect(ORDER_STATUSES.filter(isCancellable)).toEqual(['pending', 'open', 'routing', 'building'])
})

test('an illegal step throws, a legal one does not', () => {
  expect(() => assertTransition('submitted', 'cancelled')).toThrow('submitted -> cancelled')
  expect(() => assertTransition('pending', 'routing')).not.toThrow()
  expect(canTransition('confirmed', 'failed')).toBe(false)
})
