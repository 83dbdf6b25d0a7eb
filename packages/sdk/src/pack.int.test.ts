import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { orderIdOf, WAY, wireOrder } from './testing/orders'
import { startStandIn, type StandIn } from './testing/stand-in'
import { VERSION } from './version'

/** The package as a stranger gets it: packed, installed into an empty project, and used from every side. */

jest.setTimeout(60_000)

const PACKAGE = join(__dirname, '..')
const TYPES = join(PACKAGE, '../../node_modules/@types')
const TSC = require.resolve('typescript/bin/tsc')
const ORDER_ID = orderIdOf(1)

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

let project: string
let packed: { files: { path: string }[]; filename: string }
let engine: StandIn

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env: { ...process.env, ...env } }, (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err })
    })
  })
}

async function runOk(
  command: string,
  args: readonly string[],
  cwd: string,
  env?: Record<string, string>,
): Promise<string> {
  const { code, out, err } = await run(command, args, cwd, env)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${out}\n${err}`)
  return out
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'fillstream-pack-'))
  ;[packed] = JSON.parse(
    await runOk('npm', ['pack', '--json', '--silent', '--pack-destination', project], PACKAGE),
  ) as [typeof packed]
  await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true }')
  await runOk(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', `./${packed.filename}`],
    project,
  )
}, 240_000)

afterAll(() => rm(project, { recursive: true, force: true }))

beforeEach(async () => {
  engine = await startStandIn()
  engine.on('POST /v1/orders', () => {
    for (const status of WAY) engine.log.append(ORDER_ID, status)
    return { status: 202, body: wireOrder(ORDER_ID, { links: links() }) }
  })
  engine.on(`GET /v1/orders/${ORDER_ID}`, () => ({
    status: 200,
    body: { ...engine.log.order(ORDER_ID), links: links(), outputAmount: '226412345' },
  }))
})
afterEach(() => engine.close())

const links = () => ({ ...wireOrder(ORDER_ID).links, stream: engine.streamUrl })

const PLACE_AND_WATCH = `
  async function main(createClient, options) {
    const client = createClient({ baseUrl: process.env.URL_OF_ENGINE, apiKey: 'k1', ...options })
    const order = await client.orders.place({ inputMint: 'SOL', outputMint: 'USDC', amount: 1500000000n })
    for await (const event of client.orders.watch(order.orderId)) console.log(event.seq, event.status)
    console.log(typeof order.amount, order.amount)
  }`
const PLACED_AND_WATCHED = [...WAY.map((status, n) => `${n + 1} ${status}`), 'bigint 1500000000n', ''].join(
  '\n',
)

async function runScript(name: string, text: string, flags: string[] = []): Promise<string> {
  await writeFile(join(project, name), text)
  return runOk(process.execPath, [...flags, name], project, { URL_OF_ENGINE: engine.url })
}

test('the tarball holds the build, and nothing else', async () => {
  const paths = packed.files.map(({ path }) => path)
  expect(
    paths.filter((path) => !/^dist\/(index|browser|cli)\.(d\.ts|d\.mts|m?js|m?js\.map)$/.test(path)).sort(),
  ).toEqual(['LICENSE', 'README.md', 'package.json'])
  expect(JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'))).toMatchObject({
    version: VERSION,
  })
})

test('only ws comes with it', async () => {
  const installed = await readdir(join(project, 'node_modules'))
  expect(installed.filter((name) => !name.startsWith('.')).sort()).toEqual(['@fillstream', 'ws'])
  expect(await readdir(join(project, 'node_modules/@fillstream'))).toEqual(['sdk'])
})

test('an ES module places and watches', async () => {
  const text = `import { createClient } from '@fillstream/sdk'\n${PLACE_AND_WATCH}\nawait main(createClient)`
  expect(await runScript('use.mjs', text)).toBe(PLACED_AND_WATCHED)
  expect(engine.stream.handshakes).toEqual([{ url: '/v1/stream', authorization: 'Bearer k1' }])
})

test('a CommonJS module places and watches', async () => {
  const text = `const { createClient } = require('@fillstream/sdk')\n${PLACE_AND_WATCH}\nmain(createClient)`
  expect(await runScript('use.cjs', text)).toBe(PLACED_AND_WATCHED)
})

test('the browser condition takes the browser entry, which brings a token and no ws', async () => {
  engine.on('POST /v1/stream-tokens', () => ({
    status: 200,
    body: { token: 't1', expiresAt: '2026-01-02T03:05:05.000Z', url: engine.streamUrl },
  }))
  const text = `import WebSocket from './node_modules/ws/index.js'
    globalThis.WebSocket = WebSocket
    const { createClient } = await import('@fillstream/sdk')\n${PLACE_AND_WATCH}\nawait main(createClient)`
  expect(await runScript('browser.mjs', text, ['--conditions=browser'])).toBe(PLACED_AND_WATCHED)
  expect(engine.stream.handshakes).toEqual([{ url: '/v1/stream?token=t1', authorization: undefined }])
})

test.each(['browser.mjs', 'browser.js'])('%s imports nothing', async (file) => {
  const code = await readFile(join(project, 'node_modules/@fillstream/sdk/dist', file), 'utf8')
  expect(code).not.toMatch(/\brequire\(|\bimport\(|^import\b|\bfrom ["']|\bprocess\.|\bBuffer\b/m)
})

test('the README and the example compile, and the example runs', async () => {
  const sources = join(project, 'node-sources')
  await mkdir(sources)
  const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8')
  const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, text = '']) => text)
  expect(snippets.length).toBeGreaterThan(3)
  await Promise.all(snippets.map((text, n) => writeFile(join(sources, `readme-${n}.mts`), text)))
  await cp(join(PACKAGE, 'examples/place-and-watch.ts'), join(sources, 'place-and-watch.ts'))
  await compile(sources, {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    typeRoots: [TYPES],
    skipLibCheck: true,
  })

  const out = await runOk(process.execPath, ['node-sources/out/place-and-watch.js'], project, {
    FILLSTREAM_URL: engine.url,
    FILLSTREAM_API_KEY: 'k1',
  })
  expect(out).toContain('received 226412345n base units of')
})

test('the types need nothing but a browser', async () => {
  const sources = join(project, 'browser-sources')
  await mkdir(sources)
  const text = `import { createClient, type Order } from '@fillstream/sdk'
    export const client = createClient({ baseUrl: location.origin, WebSocket, fetch })
    export const order: Promise<Order> = client.orders.get('1')`
  await writeFile(join(sources, 'page.ts'), text)
  const bundler = { module: 'esnext', moduleResolution: 'bundler', customConditions: ['browser'] }
  await compile(sources, {
    ...bundler,
    target: 'es2022',
    lib: ['es2023', 'dom', 'dom.asynciterable'],
    types: [],
    skipDefaultLibCheck: true,
  })
})

async function compile(folder: string, options: object): Promise<void> {
  const strict = { strict: true, exactOptionalPropertyTypes: true, outDir: 'out', rootDir: '.' }
  const config = { compilerOptions: { ...strict, ...options }, include: ['*'] }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  await runOk(process.execPath, [TSC, '-p', folder], project)
}

test('the command is there, and tells by its exit code how it went', async () => {
  const bin = join(project, 'node_modules/.bin/fillstream')
  const env = { FILLSTREAM_URL: engine.url, FILLSTREAM_STREAM_URL: '', FILLSTREAM_API_KEY: '' }
  expect(await run(bin, ['--help'], project, env)).toMatchObject({
    code: 0,
    out: expect.stringContaining('fillstream order place'),
  })
  expect(await run(bin, ['--version'], project, env)).toMatchObject({ code: 0, out: `${VERSION}\n` })
  const args = [
    'order',
    'place',
    '--in',
    'SOL',
    '--out',
    'USDC',
    '--amount',
    '1500000000',
    '--raw',
    '--watch',
  ]
  engine.on('GET /v1/tokens', () => ({ status: 200, body: { items: [], nextCursor: null } }))
  const placed = await run(bin, args, project, env)
  expect(placed).toMatchObject({ code: 0, err: '' })
  expect(placed.out).toContain('confirmed')
  expect((await run(bin, ['order'], project, env)).code).toBe(2)
  expect((await run(bin, ['order', 'get', 'none'], project, env)).code).toBe(3)
  expect((await run(bin, ['order', 'get', 'none', '--url', 'http://127.0.0.1:1'], project, env)).code).toBe(4)
})
