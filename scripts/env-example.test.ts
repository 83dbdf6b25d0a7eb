import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig as dexRouter } from '../apps/dex-router/src/config'
import { loadConfig as gateway } from '../apps/gateway/src/config'
import { loadConfig as localnet } from '../apps/localnet/src/config'
import { loadConfig as notifier } from '../apps/notifier/src/config'
import { loadConfig as orderWorker } from '../apps/order-worker/src/config'

const root = join(__dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** The variables that a configuration schema declares: its keys in capitals. */
function declaredIn(file: string): string[] {
  return [...read(file).matchAll(/(?:^ +|[{,] )([A-Z][A-Z0-9_]+):/gm)].flatMap(([, name]) => name ?? [])
}

function declared(): string[] {
  const apps = readdirSync(join(root, 'apps')).map((app) => `apps/${app}/src/config.ts`)
  const files = [
    ...apps.filter((file) => existsSync(join(root, file))),
    'apps/order-worker/src/setup.ts',
    'packages/runtime/src/config.ts',
  ]
  return [...new Set(files.flatMap(declaredIn))].sort()
}

/** What .env.example says of each variable, as text. */
const example = new Map(
  [...read('.env.example').matchAll(/^# ([A-Z][A-Z0-9_]+)=(\S*)/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]),
)
/** The default of each variable in README's tables, as text. */
const table = new Map(
  [...read('README.md').matchAll(/^\| `([A-Z][A-Z0-9_]+)` +\| (?:`([^`|]*)`)? *\|/gm)].map(
    ([, name = '', value = '']) => [name, value],
  ),
)
/** Variables of the scripts alone. */
const SCRIPTS = ['DATA_DIR']
/** Required, without a default, or with one that is another under npm start: what the files show is an example. */
const EXAMPLES = [
  'BOOTSTRAP_API_KEY',
  'DATABASE_URL',
  'DEMO_MODE',
  'PUBLIC_STREAM_URL',
  'REDIS_HOST',
  'REDIS_URL',
  'WALLET_MASTER_KEY',
]
const REQUIRED = {
  DATABASE_URL: 'postgresql://user:password@127.0.0.1:5432/fillstream',
  WALLET_MASTER_KEY: '0'.repeat(64),
}

test('.env.example lists every variable of every configuration, and no other', () => {
  expect(declared()).toContain('GATEWAY_PORT')
  expect([...example.keys()].sort()).toEqual([...declared(), ...SCRIPTS].sort())
})

test("README's tables list every variable of every configuration, and no other", () => {
  expect([...table.keys()].sort()).toEqual([...declared(), ...SCRIPTS].sort())
})

test.each(Object.entries({ dexRouter, gateway, localnet, notifier, orderWorker }))(
  'the defaults of %s are those that .env.example and the README show',
  (_service, loadConfig) => {
    const defaults = loadConfig(REQUIRED)
    for (const shown of [example, table]) {
      const values = [...shown].filter(([name]) => !EXAMPLES.includes(name))
      expect(loadConfig({ ...Object.fromEntries(values), ...REQUIRED })).toEqual(defaults)
    }
  },
)
