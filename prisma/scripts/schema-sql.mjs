// Prints the SQL that makes schema.prisma out of an empty database, by Prisma's own engine (its WebAssembly form: no download).
// A test compares what it makes with what the migrations make; it is also a first draft of a new migration. The engine wants
// to greet a Postgres first: DATABASE_URL, in which it changes nothing.
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as engine from '@prisma/schema-engine-wasm/schema_engine_bg'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const path = join(dirname(fileURLToPath(import.meta.url)), '..', 'schema.prisma')
const content = readFileSync(path, 'utf8')

const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
const wasm = new WebAssembly.Module(readFileSync(join(folder, 'schema_engine_bg.wasm')))
const instance = new WebAssembly.Instance(wasm, { './schema_engine_bg.js': engine })
engine.__wbg_set_wasm(instance.exports)
instance.exports.__wbindgen_start()
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => process.stderr.write(`${message}\n`) }

const adapter = bindMigrationAwareSqlAdapterFactory(
  new PrismaPg({ connectionString: process.env.DATABASE_URL }),
)
const prisma = await engine.SchemaEngine.new({ datamodels: [[path, content]] }, () => {}, adapter)
const { stdout } = await prisma.diff({
  from: { tag: 'empty' },
  to: { tag: 'schemaDatamodel', files: [{ path, content }] },
  script: true,
  shadowDatabaseUrl: null,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
})
process.stdout.write(stdout)
process.exit()
