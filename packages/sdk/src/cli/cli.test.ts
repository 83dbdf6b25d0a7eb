import type { OrderView } from '@fillstream/types'
import type { ClientOptions } from '../client'
import { createTestClient } from '../testing/client'
import { poolOf, wireLaunch, wirePrice } from '../testing/market-feed'
import { ACCEPTED_AT, FILL, orderIdOf, TX_HASH, WAY, wireOrder } from '../testing/orders'
import { problem, startStandIn, type StandIn } from '../testing/stand-in'
import { VERSION } from '../version'
import { run } from './run'

const ORDER_ID = orderIdOf(1)
const SELL = 'order place --in SOL --out USDC --amount 1.5'
const { inputMint: SOL, outputMint: USDC } = wireOrder(ORDER_ID)
const TOKENS = {
  items: [
    { mint: SOL, symbol: 'SOL', name: 'Wrapped SOL', decimals: 9, verified: true },
    { mint: USDC, symbol: 'USDC', name: 'USD Coin', decimals: 6, verified: true },
  ],
  nextCursor: null,
}

let engine: StandIn
beforeEach(async () => {
  engine = await startStandIn()
  engine.on('GET /v1/tokens', () => ({ status: 200, body: TOKENS }))
})
afterEach(() => engine.close())

interface Ran {
  readonly code: number
  readonly out: string[]
  readonly err: string[]
  readonly options: ClientOptions | undefined
}

/** Runs a command line against the engine; a variable `FILLSTREAM_URL` stands for `--url`. */
async function fillstream(
  line: string,
  env: Record<string, string> = {},
  signal = new AbortController().signal,
  onOut: (lines: number) => void = () => undefined,
): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  let options: ClientOptions | undefined
  const code = await run(line === '' ? [] : line.split(' '), {
    env: { FILLSTREAM_URL: engine.url, FILLSTREAM_STREAM_URL: engine.streamUrl, ...env },
    signal,
    out: (text) => onOut(out.push(...text.split('\n'))),
    err: (text) => err.push(...text.split('\n')),
    createClient: (given) => {
      options = given
      return createTestClient(given).client
    },
  })
  return { code, out, err, options }
}

/** The same, with Ctrl-C after so many lines; `between` is called after each of the others. */
function untilLines(count: number, line: string, between: () => void = () => undefined): Promise<Ran> {
  const interrupt = new AbortController()
  return fillstream(line, {}, interrupt.signal, (lines) => {
    if (lines === count) interrupt.abort()
    else between()
  })
}

describe('quote', () => {
  const venue = {
    pool: USDC,
    priceImpactBps: 1,
    feeBps: 25,
    inAmount: '1500000000',
    latencyMs: 3,
    price: '150.94',
  }
  const quote = {
    inputMint: SOL,
    outputMint: USDC,
    swapMode: 'ExactIn',
    inAmount: '1500000000',
    outAmount: '226412345',
    price: '150.941563',
    feeBps: 25,
    priceImpactBps: 1,
    contextSlot: 7,
    quoteId: ORDER_ID,
    otherAmountThreshold: '225280283',
    slippageBps: 50,
    expiresAt: ACCEPTED_AT,
    routePlan: [
      {
        leg: 0,
        bps: 10_000,
        venue: 'raydium-sim',
        pool: USDC,
        poolIndex: 3,
        inputMint: SOL,
        outputMint: USDC,
        inAmount: '1500000000',
        outAmount: '226412345',
        feeAmount: '3750000',
        feeMint: SOL,
      },
    ],
    alternatives: [
      {
        ...venue,
        venue: 'raydium-sim',
        outcome: 'won',
        code: 'BEST_PRICE',
        reason: '',
        outAmount: '226412345',
        differenceBps: 0,
      },
      {
        ...venue,
        venue: 'orca-sim',
        outcome: 'lost',
        code: 'WORSE_PRICE',
        reason: '',
        outAmount: '221080112',
        differenceBps: 235,
      },
      {
        ...venue,
        venue: 'meteora-sim',
        outcome: 'excluded',
        code: 'VENUE_TIMEOUT',
        reason: 'no answer in 1 s',
        outAmount: null,
        differenceBps: null,
      },
    ],
  }
  beforeEach(() => engine.on('POST /v1/quotes', () => ({ status: 200, body: quote })))

  test('shows the route and the comparison in human decimals', async () => {
    const { code, out } = await fillstream('quote sol USDC 1.5')
    expect(out).toEqual([
      '1.5 SOL -> 226.412345 USDC  (raydium-sim)',
      '',
      '  price     150.941563 USDC per SOL',
      '  at least  225.280283 USDC (slippage 0.50 %)',
      '  fee       0.25 %',
      '  impact    0.01 %',
      '',
      '  venue        gives            worse by',
      '  raydium-sim  226.412345 USDC            best',
      '  orca-sim     221.080112 USDC  2.35 %',
      '  meteora-sim  -                -         VENUE_TIMEOUT: no answer in 1 s',
    ])
    expect(code).toBe(0)
    expect(engine.seen.at(-1)?.body).toEqual({
      inputMint: SOL,
      outputMint: USDC,
      swapMode: 'ExactIn',
      amount: '1500000000',
    })
  })

  test('--exact-out takes the amount of the output, --raw in base units, --json speaks to machines', async () => {
    const { code, out } = await fillstream('quote SOL USDC 250 --exact-out --raw --slippage-bps 10 --json')
    expect(code).toBe(0)
    expect(out).toHaveLength(1)
    expect(JSON.parse(out[0] ?? '')).toEqual(quote)
    expect(engine.seen.at(-1)?.body).toMatchObject({ swapMode: 'ExactOut', amount: '250', slippageBps: 10 })
    await fillstream('quote SOL USDC 250 --exact-out')
    expect(engine.seen.at(-1)?.body).toMatchObject({ swapMode: 'ExactOut', amount: '250000000' })
  })

  test.each([
    ['quote SOL USDC', 'quote takes IN OUT AMOUNT'],
    ['quote SOL USDC 1,5', 'must be a decimal number'],
    ['quote SOL USDC 0', 'above zero'],
    ['quote SOL USDC 1.0000000001', "more than the token's 9 digits"],
    ['quote XXX USDC 1', 'XXX is not on the token list'],
    ['quote SOL USDC 1.5 --raw', 'integer of base units'],
    ['quote SOL USDC 1 --slippage-bps few', '--slippage-bps must be an integer'],
    ['quote SOL USDC 1 --fast', "Unknown option '--fast'"],
    ['quote SOL USDC 1 --url nowhere', '--url (or FILLSTREAM_URL) must be a URL'],
    ['trade SOL', 'there is no command "trade"'],
    ['prices SOL', 'prices takes IN OUT, such as: fillstream prices SOL USDC'],
    ['launches SOL', 'launches takes options alone'],
    ['order', 'order what?'],
    ['admin', 'admin what? halt, resume or status'],
    ['admin stop', 'there is no command "admin stop"'],
    ['admin status now', 'admin status takes options alone'],
    ['order place --in SOL --out USDC', 'order place needs --in TOKEN --out TOKEN --amount AMOUNT'],
    [`${SELL} --limit 150 --stop 120`, '--limit and --stop do not go together'],
    [`${SELL} --limit few`, 'the price must be a decimal number'],
    [`${SELL} --per USDC/SOL`, '--per goes with --limit or --stop'],
    [`${SELL} --limit 150 --per USDC/JUP`, '--per must name both tokens of the order, such as USDC/SOL'],
    [`${SELL} --limit 150 --tif DAY`, '--tif must be IOC, GTC or GTD'],
    [`${SELL} --max-price 1`, '--max-price goes with --snipe'],
    [`${SELL} --limit 150 --allow-freeze`, '--allow-freeze goes with --snipe'],
    [`${SELL} --snipe --max-creator-bps few`, '--max-creator-bps must be an integer'],
    ['order list --type twap', '--type must be one of market, limit'],
    ['order get', 'order get takes one ID'],
    ['order list --status done', '--status must be one of pending'],
    ['--json', 'the command comes first'],
  ])('%s is wrong usage', async (line, message) => {
    const { code, out, err } = await fillstream(line)
    expect(err[0]).toContain(message)
    expect(err[1]).toBe('fillstream --help says more')
    expect(out).toEqual([])
    expect(code).toBe(2)
    expect(engine.seen.filter(({ method }) => method === 'POST')).toEqual([])
  })
})

describe('order place', () => {
  const place = SELL
  function accept(): void {
    engine.on('POST /v1/orders', () => ({ status: 202, body: wireOrder(ORDER_ID) }))
  }

  test('submits, and says how to follow', async () => {
    accept()
    const { code, out } = await fillstream(
      `${place} --client-order-id mine --idempotency-key k --max-impact-bps 5`,
    )
    expect(out).toEqual([
      `order ${ORDER_ID}: sell 1.5 SOL for USDC`,
      `follow it: fillstream order watch ${ORDER_ID}`,
    ])
    expect(code).toBe(0)
    expect(engine.seen.at(-1)).toMatchObject({
      body: { amount: '1500000000', swapMode: 'ExactIn', clientOrderId: 'mine', maxPriceImpactBps: 5 },
      headers: { 'idempotency-key': 'k' },
    })
  })

  const terms = { limitPrice: '150', priceUnit: 'outputPerInput' } as const
  test.each<[string, object, Partial<OrderView>, string]>([
    [
      '--limit 150 --per USDC/SOL',
      { type: 'limit', ...terms },
      { type: 'limit', ...terms },
      'limit 150 USDC per SOL',
    ],
    [
      '--limit 0.006 --per sol/usdc --tif gtc',
      { type: 'limit', limitPrice: '0.006', priceUnit: 'inputPerOutput', timeInForce: 'GTC' },
      { type: 'limit', limitPrice: '0.006', priceUnit: 'inputPerOutput' },
      'limit 0.006 SOL per USDC',
    ],
    [
      '--stop 150 --expires 2030-01-01T00:00:00Z',
      { type: 'stop', limitPrice: '150', expiresAt: '2030-01-01T00:00:00Z' },
      { type: 'stop', ...terms },
      'stop 150 USDC per SOL',
    ],
    [
      '--trailing-bps 250',
      { type: 'trailingStop', trailingBps: 250 },
      { type: 'trailingStop', trailingBps: 250 },
      'trailing stop 2.50 % below the best price',
    ],
    [
      '--snipe --max-price 0.5 --min-liquidity 2 --max-open-delay-ms 5',
      { type: 'sniper', sniper: { maxPrice: '0.5', minLiquidity: '2000000000', maxOpenDelayMs: 5 } },
      { type: 'sniper' },
      'as its pool opens',
    ],
    [
      '--snipe --allow-mint --max-creator-bps 3000',
      { type: 'sniper', sniper: { safety: { requireMintRenounced: false, maxCreatorShareBps: 3_000 } } },
      { type: 'sniper' },
      'as its pool opens',
    ],
    [
      '--snipe --allow-freeze --max-round-trip-bps 0',
      { type: 'sniper', sniper: { safety: { requireFreezeRenounced: false, maxRoundTripLossBps: 0 } } },
      { type: 'sniper' },
      'as its pool opens',
    ],
  ])('%s', async (options, body, changes, shown) => {
    engine.on('POST /v1/orders', () => ({ status: 202, body: wireOrder(ORDER_ID, changes) }))
    const { code, out } = await fillstream(`${place} ${options}`)
    expect(out[0]).toBe(`order ${ORDER_ID}: sell 1.5 SOL for USDC, ${shown}`)
    expect(code).toBe(0)
    const {
      swapMode: _mode,
      inputMint: _in,
      outputMint: _out,
      amount: _amount,
      ...sent
    } = engine.seen.at(-1)?.body as Record<string, unknown>
    expect(sent).toEqual(body)
  })

  test('--watch shows the statuses with the time they took', async () => {
    accept()
    for (const status of WAY)
      engine.log.append(ORDER_ID, status, status === 'routing' ? { phase: 'comparing quotes' } : {})
    const { code, out } = await fillstream(`${place} --watch`)
    expect(out).toEqual([
      `order ${ORDER_ID}: sell 1.5 SOL for USDC`,
      '    +0.000 s  pending',
      '    +0.250 s  routing    comparing quotes',
      '    +0.500 s  building',
      '    +0.750 s  submitted',
      `    +1.000 s  confirmed  1.5 SOL -> 226.412345 USDC at 150.941563 USDC per SOL, tx ${TX_HASH}`,
    ])
    expect(code).toBe(0)
  })

  test('an order that fails is exit code 1, and says why', async () => {
    accept()
    engine.log.append(ORDER_ID, 'pending')
    const failure = { code: 'NO_ROUTE', message: 'no venue has this pair', retryable: false } as const
    engine.log.append(ORDER_ID, 'failed', { failure })
    const { code, out } = await fillstream(`${place} --watch`)
    expect(out.at(-1)).toBe('    +0.250 s  failed     NO_ROUTE: no venue has this pair')
    expect(code).toBe(1)
  })

  test('--json: the order, then an event a line, amounts in base units', async () => {
    accept()
    for (const status of WAY) engine.log.append(ORDER_ID, status)
    const { out } = await fillstream(`${place} --watch --json`)
    const lines = out.map((line) => JSON.parse(line) as { status: string; data?: object })
    expect(lines.map(({ status }) => status)).toEqual(['pending', ...WAY])
    const { status: _status, phase: _phase, ...data } = FILL
    expect(lines.at(-1)?.data).toEqual(data)
  })

  test('refusals are exit code 3, with their fields and the request', async () => {
    const errors = [{ path: 'slippageBps', code: 'too_big', message: 'at most 10000' }]
    engine.on('POST /v1/orders', () => ({ status: 400, body: problem('VALIDATION_FAILED', 400, { errors }) }))
    const { code, err } = await fillstream(`${place} --slippage-bps 20000`)
    expect(err).toEqual([
      'VALIDATION_FAILED: detail of VALIDATION_FAILED',
      '  slippageBps: at most 10000',
      '  request request-1',
    ])
    expect(code).toBe(3)
    const json = await fillstream(`${place} --slippage-bps 20000 --json`)
    expect(JSON.parse(json.err[0] ?? '')).toMatchObject({
      error: { code: 'VALIDATION_FAILED', status: 400, errors },
    })
  })

  test('a halt is told at once, with its reason, and nothing may have been accepted', async () => {
    engine.on('POST /v1/orders', () => ({ status: 503, body: problem('TRADING_HALTED', 503) }))
    const { code, err } = await fillstream(place)
    expect(err).toEqual(['TRADING_HALTED: detail of TRADING_HALTED', '  request request-1'])
    expect(code).toBe(3)
    expect(engine.seen.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  test('an outcome that is unknown tells the key to go on with', async () => {
    engine.on('POST /v1/orders', () => 'cut')
    const { code, err } = await fillstream(`${place} --idempotency-key mine`)
    expect(err.at(-1)).toBe('  it may have been accepted; the same again: --idempotency-key mine')
    expect(code).toBe(4)
  })
})

describe('order get, list, watch, cancel', () => {
  const failed = wireOrder(ORDER_ID, {
    status: 'failed',
    minOutputAmount: '225280283',
    failure: { code: 'SLIPPAGE_EXCEEDED', message: 'less than the least', retryable: true },
    fees: [{ kind: 'network', mint: SOL, amount: '10000' }],
    attempts: [
      {
        attempt: 1,
        status: 'failed',
        txHash: TX_HASH,
        venues: ['orca-sim'],
        expectedAmount: '1',
        lastValidBlockHeight: 1,
        slot: 2,
        code: 'SLIPPAGE_EXCEEDED',
        message: 'pool moved',
        startedAt: ACCEPTED_AT,
        resolvedAt: ACCEPTED_AT,
      },
    ],
  })

  test('get shows an order', async () => {
    engine.on(`GET /v1/orders/${ORDER_ID}`, () => ({ status: 200, body: failed }))
    const { code, out } = await fillstream(`order get ${ORDER_ID}`)
    expect(out).toEqual([
      `order      ${ORDER_ID}`,
      'status     failed',
      'wants      sell 1.5 SOL for USDC',
      'at least   225.280283 USDC',
      'fee        0.00001 SOL network',
      'failure    SLIPPAGE_EXCEEDED: less than the least',
      'attempt 1  SLIPPAGE_EXCEEDED: pool moved',
      `created    ${ACCEPTED_AT}`,
    ])
    expect(code).toBe(0)
  })

  test('get by the id of its sender', async () => {
    engine.on('GET /v1/orders/by-client-id/mine', () => ({ status: 200, body: failed }))
    expect((await fillstream('order get mine --client-order-id --json')).code).toBe(0)
  })

  test('an order that is not there is exit code 3', async () => {
    expect(await fillstream(`order get ${ORDER_ID}`)).toMatchObject({
      code: 3,
      err: [expect.stringMatching(/^NOT_FOUND/), expect.anything()],
    })
  })

  test('without the token list amounts are in base units', async () => {
    engine.on('GET /v1/tokens', () => ({ status: 500, body: problem('INTERNAL', 500) }))
    engine.on(`GET /v1/orders/${ORDER_ID}`, () => ({ status: 200, body: failed }))
    const { out, err } = await fillstream(`order get ${ORDER_ID}`)
    expect(out).toContain('wants      sell 1500000000 units of So11…1112 for EPjF…Dt1v')
    expect(err[0]).toContain('the token list could not be read')
  })

  test('list shows a page and where it goes on; --all shows them all', async () => {
    engine.on('GET /v1/orders', ({ path }) => ({
      status: 200,
      body: path.includes('cursor=p2')
        ? { items: [wireOrder(orderIdOf(2))], nextCursor: null }
        : { items: [failed], nextCursor: 'p2' },
    }))
    const page = await fillstream('order list --status failed --limit 1')
    expect(page.out).toEqual([
      `${ACCEPTED_AT}  ${ORDER_ID}  failed  sell 1.5 SOL for USDC  SLIPPAGE_EXCEEDED`,
      'more: --cursor p2',
    ])
    expect(engine.seen[0]?.path).toBe('/v1/orders?status=failed&limit=1')
    const all = await fillstream('order list --all --json')
    expect(all.out.map((line) => (JSON.parse(line) as { orderId: string }).orderId)).toEqual([
      ORDER_ID,
      orderIdOf(2),
    ])
  })

  test('watch goes on after a dropped connection, and knows an order that is done', async () => {
    engine.on(`GET /v1/orders/${ORDER_ID}`, () => ({ status: 200, body: engine.log.order(ORDER_ID) }))
    for (const status of WAY) engine.log.append(ORDER_ID, status)
    engine.stream.plan([{ framesBeforeEnd: 4, end: 'cut' }])
    const whole = await fillstream(`order watch ${ORDER_ID}`)
    expect(whole.out).toHaveLength(5)
    expect(whole.code).toBe(0)
    expect(await fillstream(`order watch ${ORDER_ID} --after-seq 5`)).toMatchObject({ code: 0, out: [] })
  })

  test('cancel that comes too late shows the order and is exit code 3', async () => {
    const submitted = wireOrder(ORDER_ID, { status: 'submitted' })
    engine.on(`DELETE /v1/orders/${ORDER_ID}`, () => ({
      status: 409,
      body: problem('CANCEL_TOO_LATE', 409, { order: submitted }),
    }))
    const { code, out, err } = await fillstream(`order cancel ${ORDER_ID}`)
    expect(out[1]).toBe('status   submitted')
    expect(err[0]).toMatch(/^CANCEL_TOO_LATE/)
    expect(code).toBe(3)
  })

  test('cancel', async () => {
    engine.on(`DELETE /v1/orders/${ORDER_ID}`, () => ({
      status: 200,
      body: wireOrder(ORDER_ID, { status: 'cancelled' }),
    }))
    const { code, out } = await fillstream(`order cancel ${ORDER_ID}`)
    expect(out[1]).toBe('status   cancelled')
    expect(code).toBe(0)
  })

  test('Ctrl-C ends a watch quietly', async () => {
    engine.on(`GET /v1/orders/${ORDER_ID}`, () => ({ status: 200, body: engine.log.order(ORDER_ID) }))
    engine.log.append(ORDER_ID, 'pending')
    const abort = new AbortController()
    let frames = 0
    engine.stream.onFrame = () => {
      if (++frames === 3) setImmediate(() => abort.abort())
    }
    expect(await fillstream(`order watch ${ORDER_ID}`, {}, abort.signal)).toMatchObject({
      code: 130,
      err: [],
    })
  })
})

describe('prices, launches', () => {
  test('prices shows what a whole token comes to, until Ctrl-C', async () => {
    engine.market.price(wirePrice(7))
    const { code, out, err } = await untilLines(1, 'prices sol USDC')
    expect(out).toEqual([`${ACCEPTED_AT}  slot 7  1 SOL -> 150.941563 USDC  0.00662508 SOL -> 1 USDC`])
    expect([code, err]).toEqual([130, []])
  })

  test('where a whole token cannot be swapped, the nearest size is shown, and none where there is none', async () => {
    const small = wirePrice(1, { exactIn: [{ size: '100000000', amount: '15094156' }], exactOut: [] })
    const big = wirePrice(2, {
      exactIn: [{ size: '10000000000', amount: '1500000000' }],
      exactOut: [{ size: '10000000', amount: '66250800' }],
    })
    const rest = [big, wirePrice(3, { exactIn: [], exactOut: [] })]
    engine.market.price(small)
    const { out } = await untilLines(3, 'prices SOL USDC --raw', () => {
      const next = rest.shift()
      if (next) engine.market.price(next)
    })
    expect(out.map((line) => line.replace(`${ACCEPTED_AT}  `, ''))).toEqual([
      'slot 1  100000000 units of SOL -> 15094156 units of USDC',
      'slot 2  10000000000 units of SOL -> 1500000000 units of USDC  66250800 units of SOL -> 10000000 units of USDC',
      'slot 3  no swap',
    ])
  })

  test('launches shows where a token opens and with how much, until Ctrl-C', async () => {
    engine.market.launch(wireLaunch(1))
    engine.market.launch({ ...wireLaunch(2), openTime: null })
    const { code, out, err } = await untilLines(2, 'launches')
    expect(out).toEqual([
      `slot 91  ${USDC}  opens at slot 101, ${ACCEPTED_AT}  orca-sim pool ${poolOf(1)} with 12 SOL`,
      `slot 92  ${USDC}  opens at slot 102  orca-sim pool ${poolOf(2)} with 12 SOL`,
    ])
    expect([code, err]).toEqual([130, []])
  })

  test('--json: one a line, all sizes, amounts in base units', async () => {
    engine.market.price(wirePrice(7))
    engine.market.launch(wireLaunch(1))
    const prices = await untilLines(1, 'prices SOL USDC --json')
    expect(prices.out.map((line) => JSON.parse(line) as object)).toEqual([wirePrice(7)])
    const launches = await untilLines(1, 'launches --json')
    expect(launches.out.map((line) => JSON.parse(line) as object)).toEqual([wireLaunch(1)])
  })

  test('a token that nobody knows is exit code 3', async () => {
    const { code, err } = await fillstream('prices XXX USDC')
    expect(err[0]).toBe('VALIDATION_FAILED: inputMint is neither a listed symbol nor a mint address')
    expect(code).toBe(3)
  })
})

describe('admin', () => {
  const halted = { halted: true, reason: 'why', since: ACCEPTED_AT, keyId: '0123456789abcdef' }

  test('halt tells the reason, and shows what is now', async () => {
    engine.on('PUT /v1/admin/trading', () => ({ status: 200, body: halted }))
    const { code, out } = await fillstream('admin halt --reason why')
    expect(out).toEqual([
      'trading  halted',
      `since    ${ACCEPTED_AT}`,
      'reason   why',
      'by key   0123456789abcdef',
    ])
    expect(code).toBe(0)
    expect(engine.seen.at(-1)?.body).toEqual({ halted: true, reason: 'why' })
    await fillstream('admin halt')
    expect(engine.seen.at(-1)?.body).toEqual({ halted: true })
  })

  test('resume', async () => {
    engine.on('PUT /v1/admin/trading', () => ({
      status: 200,
      body: { ...halted, halted: false, reason: null, keyId: null },
    }))
    const { code, out } = await fillstream('admin resume')
    expect(out).toEqual(['trading  on', `since    ${ACCEPTED_AT}`])
    expect(code).toBe(0)
    expect(engine.seen.at(-1)?.body).toEqual({ halted: false })
  })

  test('status, for machines', async () => {
    engine.on('GET /v1/admin/trading', () => ({ status: 200, body: halted }))
    const { code, out } = await fillstream('admin status --json')
    expect(out.map((line) => JSON.parse(line) as object)).toEqual([halted])
    expect(code).toBe(0)
  })

  test('a key without the scope is refused: exit code 3', async () => {
    engine.on('PUT /v1/admin/trading', () => ({ status: 403, body: problem('FORBIDDEN', 403) }))
    const { code, err } = await fillstream('admin halt')
    expect(err[0]).toBe('FORBIDDEN: detail of FORBIDDEN')
    expect(code).toBe(3)
  })
})

describe('the command line', () => {
  test('options come before variables, and variables before defaults', async () => {
    const env = { FILLSTREAM_API_KEY: 'from-env', FILLSTREAM_STREAM_URL: 'ws://env' }
    expect((await fillstream('order list', env)).options).toMatchObject({
      apiKey: 'from-env',
      streamUrl: 'ws://env',
    })
    expect((await fillstream('order list --api-key mine --stream-url ws://mine', env)).options).toMatchObject(
      {
        apiKey: 'mine',
        streamUrl: 'ws://mine',
      },
    )
    const unset = await fillstream('order list', { FILLSTREAM_URL: '', FILLSTREAM_STREAM_URL: '' })
    expect(unset.options).toMatchObject({
      baseUrl: 'http://127.0.0.1:3000',
      streamUrl: undefined,
      apiKey: undefined,
    })
  })

  test('an engine that is not there is exit code 4', async () => {
    const { url } = engine
    await engine.close()
    const { code, err } = await fillstream('order list --json', { FILLSTREAM_URL: url })
    expect(JSON.parse(err.at(-1) ?? '')).toMatchObject({ error: { code: 'UNREACHABLE' } })
    expect(code).toBe(4)
    engine = await startStandIn()
  })

  test.each([
    '',
    '--help',
    '-h',
    'help',
    'order --help',
    'help order place',
    'quote --help',
    'order place -h',
    'prices --help',
    'help launches',
    'order get --help',
    'order list --help',
    'order watch --help',
    'order cancel --help',
    'admin --help',
    'admin halt --help',
    'help admin resume',
    'admin status -h',
  ])('help: %s', async (line) => {
    const { code, out, err } = await fillstream(line)
    expect(code).toBe(0)
    expect(err).toEqual([])
    expect(out[0]).toMatch(/^fillstream/)
    expect(out.join('\n')).toContain('Exit codes')
  })

  test('version', async () => {
    expect(await fillstream('--version')).toMatchObject({ code: 0, out: [VERSION] })
  })
})
