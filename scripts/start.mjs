// `npm start`: from a bare clone to a running engine with one settled order. See `npm start -- --help`.
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Node ${process.versions.node} is too old: install Node 20.19 or newer (https://nodejs.org) and start again.`,
  )
  process.exit(1)
}
const { start } = await import('./lib/start.mjs')
await start({ root: resolve(dirname(fileURLToPath(import.meta.url)), '..'), args: process.argv.slice(2) })
