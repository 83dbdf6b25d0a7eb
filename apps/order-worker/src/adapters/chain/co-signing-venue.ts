import { type Chain, type LandedTransaction, type SettlementPorts } from './chain'

const TIMEOUT_MS = 5_000

/**
 * The settlement ports of a venue that co-signs what it lands: bytes go to its own endpoint, and what it pays
 * beyond the signed bound follows in a second transaction that names the same reference account.
 */
export function createCoSigningVenue(venueApiUrl: string, chain: Chain): SettlementPorts {
  return {
    async submit(bytes) {
      const response = await fetch(`${venueApiUrl}/submit`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ transaction: Buffer.from(bytes).toString('base64') }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      if (!response.ok)
        throw new Error(`submit was answered ${response.status}: ${(await response.text()).slice(0, 300)}`)
      await response.arrayBuffer()
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
