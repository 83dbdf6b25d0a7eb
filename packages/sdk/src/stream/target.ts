import type { StreamToken } from '../model/market'
import type { Platform } from '../platform'
import type { SessionTarget } from './session'

const STREAM_PATH = '/v1/stream'

export interface StreamTarget {
  /** Where to connect now. */
  readonly resolve: (signal: AbortSignal) => Promise<SessionTarget>
  /** Takes note of an order's `links.stream`. */
  readonly learn: (link: string) => void
}

/**
 * Where the stream is: the option, else what an answer said, else what the API answers with a stream token. With
 * `header` the API key goes into the handshake; with `token` every connection gets a stream token of its own.
 */
export function createStreamTarget(
  options: { readonly streamUrl: string | undefined; readonly apiKey: string | undefined },
  auth: Platform['streamAuth'],
  createToken: (signal: AbortSignal) => Promise<StreamToken>,
): StreamTarget {
  let known = options.streamUrl === undefined ? undefined : streamUrlOf(options.streamUrl)
  const headers =
    auth === 'token' || options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` }
  return {
    resolve: async (signal) => {
      if (auth === 'header') {
        known ??= streamUrlOf((await createToken(signal)).url)
        return { url: known, headers }
      }
      const { token, url } = await createToken(signal)
      const withToken = new URL(known ?? streamUrlOf(url))
      withToken.searchParams.set('token', token)
      return { url: withToken.href, headers }
    },
    learn: (link) => {
      if (known === undefined && URL.canParse(link)) known = streamUrlOf(link)
    },
  }
}

/**
 * The stream's address without query: `http` becomes `ws`, and a bare origin gets the path of the stream.
 * @throws TypeError where it is no URL
 */
export function streamUrlOf(text: string): string {
  const url = new URL(text)
  if (url.protocol === 'http:' || url.protocol === 'https:') url.protocol = url.protocol.replace('http', 'ws')
  if (url.pathname === '/') url.pathname = STREAM_PATH
  url.search = ''
  url.hash = ''
  return url.href
}
