import { decodeAddress } from '../encoding/base58'
import { attemptReference, temporaryAccountSeed } from './reference'

const orderId = '018f2f0e-0000-7000-8000-000000000000'

describe('the names of an attempt', () => {
  it('are its own: an address and a seed that another attempt has not', () => {
    expect(decodeAddress(attemptReference({ orderId, attempt: 1 }))).toHaveLength(32)
    expect(attemptReference({ orderId, attempt: 1 })).not.toBe(attemptReference({ orderId, attempt: 2 }))
    expect(temporaryAccountSeed({ orderId, attempt: 1 })).toMatch(/^[0-9a-f]{32}$/)
    expect(temporaryAccountSeed({ orderId, attempt: 1 })).not.toBe(
      temporaryAccountSeed({ orderId, attempt: 2 }),
    )
  })

  it('never change: transactions on chain carry them', () => {
    expect(attemptReference({ orderId, attempt: 1 })).toBe('8X7B4xapY62d8V9tDSqcYEMKjpSsT5VmmBHGDEUSGhQU')
    expect(temporaryAccountSeed({ orderId, attempt: 1 })).toBe('7d3691cd7e7146e1d5587a864ecd160d')
  })
})
