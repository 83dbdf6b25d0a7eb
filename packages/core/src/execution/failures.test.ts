import { FAILURE_CODES } from '@fillstream/types'
import { failureOf, isTransient } from './failures'

test('exactly the four transient failures are tried again', () => {
  expect(FAILURE_CODES.filter(isTransient).sort()).toEqual(
    ['SLIPPAGE_EXCEEDED', 'TX_EXPIRED', 'VENUE_TIMEOUT', 'VENUE_UNAVAILABLE'].sort(),
  )
})

test('a failure says whether a new order could help', () => {
  expect(failureOf('TX_EXPIRED', 'gone')).toEqual({ code: 'TX_EXPIRED', message: 'gone', retryable: true })
  expect(failureOf('NO_ROUTE', 'none').retryable).toBe(false)
})
