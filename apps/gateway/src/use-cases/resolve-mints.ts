import { AppError, decodeAddress } from '@fillstream/core'
import { findToken, type FieldError } from '@fillstream/types'
import { type TradableTokens } from './tradable-tokens'

export interface Pair {
  readonly inputMint: string
  readonly outputMint: string
}

const SIDES = ['inputMint', 'outputMint'] as const

/**
 * The same with both mints as addresses. Throws VALIDATION_FAILED: UNKNOWN_MINT where there is no such token, SAME_MINT
 * where both are one.
 * @param anyOutput whether the output may be a mint that nobody knows yet
 */
export async function resolvePair<Request extends Pair>(
  request: Request,
  tokens: Pick<TradableTokens, 'has'>,
  anyOutput = false,
): Promise<Request> {
  const [inputMint, outputMint] = await Promise.all(
    SIDES.map((side) =>
      resolveMint(
        request[side],
        side === 'outputMint' && anyOutput ? { has: () => Promise.resolve(true) } : tokens,
      ),
    ),
  )
  const errors: FieldError[] = SIDES.filter((_, i) => ([inputMint, outputMint][i] ?? null) === null).map(
    (path) => ({ path, code: 'UNKNOWN_MINT', message: 'is no token that can be traded here' }),
  )
  if (errors.length === 0 && inputMint === outputMint)
    errors.push({ path: 'outputMint', code: 'SAME_MINT', message: 'must differ from inputMint' })
  if (!inputMint || !outputMint || errors.length > 0)
    throw new AppError('VALIDATION_FAILED', 'the pair cannot be traded', { errors })
  return { ...request, inputMint, outputMint }
}

/** The mint that a filter names: a symbol of the verified list, or any address. Throws VALIDATION_FAILED. */
export function resolveFilter(path: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const mint = findToken(text)?.mint ?? (decodeAddress(text) ? text : undefined)
  if (mint !== undefined) return mint
  const message = 'is neither a listed symbol nor a mint address'
  throw new AppError('VALIDATION_FAILED', `${path} ${message}`, {
    errors: [{ path, code: 'UNKNOWN_MINT', message }],
  })
}

async function resolveMint(text: string, tokens: Pick<TradableTokens, 'has'>): Promise<string | null> {
  const listed = findToken(text)
  if (listed) return listed.mint
  return decodeAddress(text) && (await tokens.has(text)) ? text : null
}
