import { createClientOn, type ClientOptions, type FillstreamClient } from './client'
import { commonPlatform, openWithClass, type WebSocketConstructor } from './platform'

export * from './exports'

/**
 * A client of one Fillstream engine, for browsers: its streams use the browser's WebSocket with a stream token that is
 * fetched anew for every connection. An API key in a page is everyone's who opens it: serve the page to its owner alone.
 * @throws TypeError where `baseUrl` or `streamUrl` is no URL
 */
export function createClient(options: ClientOptions): FillstreamClient {
  return createClientOn(
    {
      ...commonPlatform,
      fetch: (url, init) => fetch(url, init),
      openSocket: (...args) => openWithClass(globalWebSocket())(...args),
      streamAuth: 'token',
    },
    options,
  )
}

function globalWebSocket(): WebSocketConstructor {
  const found = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket
  if (found === undefined)
    throw new TypeError('there is no WebSocket here: give createClient one as `WebSocket`')
  return found
}
