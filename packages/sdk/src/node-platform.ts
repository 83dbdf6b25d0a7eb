import { openNodeSocket } from './node-socket'
import { commonPlatform, type Platform } from './platform'

/** Node: the global `fetch`, sockets of `ws`, the API key in the handshake. */
export const nodePlatform: Platform = {
  ...commonPlatform,
  fetch: (url, init) => fetch(url, init),
  openSocket: openNodeSocket,
  streamAuth: 'header',
}
