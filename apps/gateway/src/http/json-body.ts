import { isUtf8 } from 'node:buffer'
import { type IncomingMessage } from 'node:http'
import { AppError } from '@fillstream/core'

/** A body as it was sent, and what it means. The text keeps numbers exact, which the value does not. */
export interface JsonBody {
  readonly text: string
  readonly value: unknown
}

/** Up to here the rest of an oversized body is read and thrown away, so that its sender gets to see the answer. */
const DRAIN_BYTES = 16 * 1024 * 1024

/**
 * Reads a JSON body of at most `limitBytes`. Throws UNSUPPORTED_MEDIA_TYPE, BODY_TOO_LARGE or MALFORMED_JSON.
 */
export async function readJsonBody(request: IncomingMessage, limitBytes: number): Promise<JsonBody> {
  assertJson(request)
  const bytes = await readBytes(request, limitBytes)
  const text = decode(bytes)
  try {
    return { text, value: JSON.parse(text) as unknown }
  } catch {
    throw new AppError(
      'MALFORMED_JSON',
      text.trim() === '' ? 'the body is empty' : 'the body is not valid JSON',
    )
  }
}

function assertJson(request: IncomingMessage): void {
  const type = request.headers['content-type'] ?? ''
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))
  const utf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset)
  if (media !== 'application/json' || !utf8)
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'send the body as application/json in UTF-8')
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity')
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'send the body without a content encoding')
}

function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const tooLarge = () => new AppError('BODY_TOO_LARGE', `the body is larger than ${limitBytes} bytes`)
  if (Number(request.headers['content-length'] ?? 0) > DRAIN_BYTES) return Promise.reject(tooLarge())
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limitBytes) chunks.push(chunk)
      else chunks.length = 0
      if (size > DRAIN_BYTES) {
        request.pause()
        reject(tooLarge())
      }
    })
    let ended = false
    request.on('end', () => {
      ended = true
      if (size > limitBytes) reject(tooLarge())
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    })
    // Every request closes: an error is made only for one that was cut.
    const cut = () => {
      if (!ended) reject(new AppError('MALFORMED_JSON', 'the body ended early'))
    }
    request.on('error', cut)
    request.on('close', cut)
  })
}

const BYTE_ORDER_MARK = '\uFEFF'

function decode(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new AppError('MALFORMED_JSON', 'the body is not valid UTF-8')
  const text = bytes.toString('utf8')
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text
}
