import { FillstreamError } from './errors'
import type { Pair, Token } from './model/market'

const MINT = /^[1-9A-HJ-NP-Za-km-z]{32,44}$/
const SIDES = ['inputMint', 'outputMint'] as const

/**
 * The pair as the stream names it, `<inputMint>-<outputMint>`; the stream knows no symbols.
 * @param listTokens asked where a side is a symbol
 * @throws FillstreamError `VALIDATION_FAILED`, as the gateway would: the stream would cut the connection, or be silent
 */
export async function pairIdOf(pair: Pair, listTokens: () => Promise<readonly Token[]>): Promise<string> {
  const tokens = SIDES.every((side) => MINT.test(pair[side])) ? [] : await listTokens()
  const [inputMint, outputMint] = SIDES.map((side) => {
    if (MINT.test(pair[side])) return pair[side]
    const listed = tokens.find(({ symbol, verified }) => verified && symbol === pair[side])
    if (!listed) throw refused(side, 'UNKNOWN_MINT', 'is neither a listed symbol nor a mint address')
    return listed.mint
  })
  if (inputMint === outputMint) throw refused('outputMint', 'SAME_MINT', 'must differ from inputMint')
  return `${inputMint}-${outputMint}`
}

function refused(path: keyof Pair, code: string, message: string): FillstreamError {
  return new FillstreamError('VALIDATION_FAILED', `${path} ${message}`, { errors: [{ path, code, message }] })
}
