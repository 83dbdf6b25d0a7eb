import { type Chain, type LandedTransaction, type SettlementPorts } from './chain'
import { createPostJson } from './post-json'

const TIMEOUT_MS = 5_000

/**
 * The settlement ports of a venue that co-signs what it lands: bytes go to its own endpoint, and what it pays
 * beyond the signed bound follows in a second transaction that names the same reference account.
 */
export function createCoSigningVenue(venueApiUrl: string, chain: Chain): SettlementPorts {
  const post = createPostJson()
  return {
    async submit(bytes) {
      const body = JSON.stringify({ transaction: Buffer.from(bytes).toString('base64') })
      const { status, text } = await post(`${venueApiUrl}/submit`, body, TIMEOUT_MS)
      if (status < 200 || status > 299)
        throw new Error(`submit was answered ${status}: ${text.slice(0, 300)}`)
    },
    async readSettlement(signature, reference, commitment) {
      const main = await chain.transaction(signature, commitment)
      if (main === null) return null
      if (main.error !== null || reference === null) return [main]
      // A node that lags behind the first transaction would not know of the others.
      const named = await chain.signaturesFor(reference, commitment, main.slot)
      const others = named.filter((other) => other !== signature)
      const rest = await Promise.all(others.map((other) => chain.transaction(other, commitment)))
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
