import { createServer } from 'node:net'
import { Failure } from './failure.mjs'

/** Below the ranges from which systems draw the local port of outgoing connections, which would collide with them. */
const LOWEST = 10_240
const HIGHEST = 32_700
const TRIES = 1_000

/** Whether this port can be listened on now. */
export function isFree(port, host = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else if (error.code === 'EACCES')
        reject(new Failure(`Port ${port} may not be used by this user; choose one above 1023.`))
      else reject(error)
    })
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** Different ports that nothing listens on. */
export async function freePorts(count, host) {
  const found = new Set()
  for (let tries = 0; found.size < count && tries < TRIES; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    if (await isFree(port, host)) found.add(port)
  }
  if (found.size < count) throw new Failure('Found no free ports on this machine.')
  return [...found]
}
