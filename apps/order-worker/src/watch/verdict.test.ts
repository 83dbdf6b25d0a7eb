import { failureOnChain, verdictOn, type Evidence } from './verdict'

const nothing: Evidence = {
  lastValidBlockHeight: 1_000,
  finalized: { height: 1_001, slot: 1_040 },
  answeredAtSlot: 1_040,
  status: null,
  commitment: 'confirmed',
}
const found = (
  confirmation: 'processed' | 'confirmed' | 'finalized' | null,
  error: { instruction: number; customCode: number; text: string } | null = null,
) => ({ slot: 990, confirmation, error })

test('nothing found, beyond the last valid height, by a node that has seen it: it can never land', () => {
  expect(verdictOn(nothing)).toEqual({ outcome: 'expired' })
})

test.each<[string, Partial<Evidence>]>([
  ['the finalized height has not passed the last valid one', { finalized: { height: 1_000, slot: 1_040 } }],
  ['the node that answered lags behind', { answeredAtSlot: 1_039 }],
  ['the finalized height is not known', { finalized: null }],
  ['it is seen, but not at the commitment', { status: found('processed') }],
  ['it is seen without a vote', { status: found(null) }],
  [
    'it failed, and that is not finalized: after a fork switch it could land beside the next attempt',
    { status: found('confirmed', { instruction: 1, customCode: 1, text: '' }) },
  ],
  ['finality is asked for and not reached', { status: found('confirmed'), commitment: 'finalized' }],
])('no verdict while %s', (_name, evidence) => {
  expect(verdictOn({ ...nothing, ...evidence })).toEqual({ outcome: 'unknown' })
})

test('a transaction that was processed and is gone is as unknown as one that was never seen', () => {
  const evidence = { ...nothing, finalized: { height: 900, slot: 940 }, answeredAtSlot: 970 }
  expect(verdictOn({ ...evidence, status: found('processed') })).toEqual({ outcome: 'unknown' })
  expect(verdictOn({ ...evidence, answeredAtSlot: 971, status: null })).toEqual({ outcome: 'unknown' })
  expect(verdictOn(nothing)).toEqual({ outcome: 'expired' })
})

test('landed is said at the commitment, failed when that is final', () => {
  expect(verdictOn({ ...nothing, status: found('confirmed') })).toEqual({ outcome: 'landed', slot: 990 })
  const error = { instruction: 4, customCode: 1, text: '{}' }
  expect(verdictOn({ ...nothing, status: found('finalized', error) })).toEqual({
    outcome: 'failed',
    slot: 990,
    error,
  })
})

test('the instruction that failed tells a short payout from a short wallet', () => {
  const roles = { spends: [2, 5], payouts: [6] }
  const error = (instruction: number | null, text = '') => ({ instruction, customCode: 1, text })
  expect(failureOnChain(error(6), roles).code).toBe('SLIPPAGE_EXCEEDED')
  expect(failureOnChain(error(5), roles).code).toBe('INSUFFICIENT_FUNDS')
  expect(failureOnChain(error(null, '"InsufficientFundsForFee"'), roles).code).toBe('INSUFFICIENT_FUNDS')
  expect(failureOnChain(error(8), roles).code).toBe('TX_FAILED')
})
