// `npm test`: the tests, from a bare clone, with a Postgres and a Redis of their own. See `npm test -- --help`.
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const { test } = await import('./lib/test-run.mjs')
await test({ root: resolve(dirname(fileURLToPath(import.meta.url)), '..'), args: process.argv.slice(2) })
