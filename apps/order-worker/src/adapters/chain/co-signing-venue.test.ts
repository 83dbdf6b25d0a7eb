import { type Chain, type LandedSignature, type LandedTransaction } from './chain'
import { createCoSigningVenue } from './co-signing-venue'

const REFERENCE = 'reference'
const CO_SIGNER = 'co-signer'

function landed(signature: string, slot: number, payer: string, error = false): LandedTransaction {
  return {
    signature,
    slot,
    error: error ? { instruction: 0, customCode: 1, text: 'failed' } : null,
    feeLamports: 5_000n,
    signatures: 1,
    accountKeys: [payer, CO_SIGNER],
    preBalances: [],
    postBalances: [],
    preTokenBalances: [],
    postTokenBalances: [],
  }
}

const MAIN = landed('main', 7, 'wallet')
const REST = landed('rest', 7, CO_SIGNER)
const row = ({ signature, slot }: LandedTransaction): LandedSignature => ({ signature, slot })

/** A node that has these transactions, and says each of `lists` in turn to who asks for the reference's. */
function node(transactions: readonly LandedTransaction[], lists: readonly (readonly LandedSignature[])[]) {
  const asked: (number | null)[] = []
  const read: string[] = []
  const chain: Pick<Chain, 'transaction' | 'signaturesFor'> = {
    transaction(signature) {
      read.push(signature)
      return Promise.resolve(transactions.find((one) => one.signature === signature) ?? null)
    },
    signaturesFor(_reference, _commitment, minContextSlot) {
      asked.push(minContextSlot)
      return Promise.resolve(lists[asked.length - 1] ?? [])
    },
  }
  return { venue: createCoSigningVenue('http://unused', chain), asked, read }
}

const signaturesOf = (transactions: readonly LandedTransaction[] | null) =>
  transactions?.map(({ signature }) => signature) ?? null

test('a list that shows the settlement in its slot needs no second look', async () => {
  const { venue, asked } = node([MAIN, REST], [[row(REST), row(MAIN)]])
  expect(signaturesOf(await venue.readSettlement('main', REFERENCE, 'confirmed'))).toEqual(['main', 'rest'])
  expect(asked).toEqual([null])
})

test('a list of a node that lags is asked for again, from a node that has seen the slot', async () => {
  const { venue, asked } = node([MAIN, REST], [[], [row(REST), row(MAIN)]])
  expect(signaturesOf(await venue.readSettlement('main', REFERENCE, 'confirmed'))).toEqual(['main', 'rest'])
  expect(asked).toEqual([null, 7])
})

test('a list from before a rollback is not believed, however often it comes', async () => {
  const before = [{ signature: 'main', slot: 5 }]
  const again = node([MAIN, REST], [before, [row(REST), row(MAIN)]])
  expect(signaturesOf(await again.venue.readSettlement('main', REFERENCE, 'confirmed'))).toEqual([
    'main',
    'rest',
  ])
  const stuck = node([MAIN, REST], [before, before])
  expect(await stuck.venue.readSettlement('main', REFERENCE, 'confirmed')).toBeNull()
})

test("a stranger's transaction that names the reference is not believed, and of another slot not even read", async () => {
  const beside = landed('beside', 7, 'stranger')
  const later = landed('later', 8, CO_SIGNER)
  const failed = landed('failed', 7, CO_SIGNER, true)
  const { venue, read } = node(
    [MAIN, REST, beside, later, failed],
    [[later, failed, beside, REST, MAIN].map(row)],
  )
  expect(signaturesOf(await venue.readSettlement('main', REFERENCE, 'confirmed'))).toEqual(['main', 'rest'])
  expect(read).not.toContain('later')
})

test('nothing is said while a part of it cannot be read', async () => {
  const { venue } = node([MAIN], [[row(REST), row(MAIN)]])
  expect(await venue.readSettlement('main', REFERENCE, 'confirmed')).toBeNull()
  expect(await venue.readSettlement('unknown', REFERENCE, 'confirmed')).toBeNull()
})
