// Generates the Prisma client, offline: `prisma generate` looks for the native schema engine (a download) but does not use it,
// so any executable stands in for it. Never run `prisma migrate` so: it would do nothing and call that success.
// The client comes with its own runtime: neither `prisma` nor `@prisma/client` is needed where it is only used.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const require = createRequire(import.meta.url)
const client = join(root, 'generated', 'client')
const stamp = join(client, '.stamp')

const versions = ['prisma', '@prisma/client'].map((name) => require(`${name}/package.json`).version)
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'schema.prisma')))
  .update(versions.join())
  .digest('hex')

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  const cli = join(dirname(require.resolve('prisma/package.json')), 'build', 'index.js')
  const run = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], {
    cwd: root,
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
    encoding: 'utf8',
  })
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}${run.error ?? ''}\n`)
    process.exit(run.status ?? 1)
  }
  writeFileSync(stamp, wanted)
}
