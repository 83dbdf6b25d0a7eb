import { type Chain, type LandedSignature, type LandedTransaction, type SettlementPorts } from './chain'
import { createPostJson } from './post-json'

const TIMEOUT_MS = 5_000

/**
 * The settlement ports of a venue that co-signs what it lands: bytes go to its own endpoint, and what it pays
 * beyond the signed bound follows in a second transaction of the same slot that names the same reference account.
 */
export function createCoSigningVenue(
  venueApiUrl: string,
  chain: Pick<Chain, 'transaction' | 'signaturesFor'>,
): SettlementPorts {
  const post = createPostJson(`${venueApiUrl}/submit`)
  return {
    async submit(bytes) {
      const body = JSON.stringify({ transaction: Buffer.from(bytes).toString('base64') })
      const { status, text } = await post(body, TIMEOUT_MS)
      if (status < 200 || status > 299)
        throw new Error(`submit was answered ${status}: ${text.slice(0, 300)}`)
    },
    async readSettlement(signature, reference, commitment) {
      const [main, early] = await Promise.all([
        chain.transaction(signature, commitment),
        reference === null ? [] : chain.signaturesFor(reference, commitment, null),
      ])
      if (main === null) return null
      if (main.error !== null || reference === null) return [main]
      // What was asked for before the slot was known counts only if it shows that slot: a node that lags behind the first transaction,
      // or that saw it land elsewhere before a rollback, would not know of the others.
      const shown = shows(early, main)
      const named = shown ? early : await chain.signaturesFor(reference, commitment, main.slot)
      if (!shown && elsewhere(named, main)) return null
      const others = named.filter((other) => other.signature !== signature && other.slot === main.slot)
      const rest = await Promise.all(others.map((other) => chain.transaction(other.signature, commitment)))
      if (rest.includes(null)) return null
      // Anyone can name the reference; only what the co-signer of the settlement itself paid for belongs to it.
      const coSigner = main.accountKeys[1]
      return [
        main,
        ...(rest as LandedTransaction[]).filter((tx) => tx.accountKeys[0] === coSigner && tx.error === null),
      ]
    },
  }
}

function shows(named: readonly LandedSignature[], { signature, slot }: LandedSignature): boolean {
  return named.some((one) => one.signature === signature && one.slot === slot)
}

function elsewhere(named: readonly LandedSignature[], { signature, slot }: LandedSignature): boolean {
  return named.some((one) => one.signature === signature && one.slot !== slot)
}
