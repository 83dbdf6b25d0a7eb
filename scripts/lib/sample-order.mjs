import { Failure } from './failure.mjs'

const TERMINAL = new Set(['confirmed', 'failed', 'cancelled', 'expired'])
const ENDS_WITHIN_MS = 120_000

/** The order that `npm start` places: one SOL into USDC. */
export const SAMPLE_ORDER = { inputMint: 'SOL', outputMint: 'USDC', amount: '1000000000' }

/**
 * Places the sample order and prints each status as the stream tells it, with the comparison of venues as soon as there
 * is one. Returns the order as it ended.
 */
export async function placeSampleOrder({ urls, apiKey, print, signal }) {
  const api = createApi(urls.gateway, apiKey, signal)
  const tokens = await tokensByMint(api)
  print(`Sample order: POST ${urls.gateway}/v1/orders ${JSON.stringify(SAMPLE_ORDER)}`)
  const began = performance.now()
  const order = await api('POST', '/v1/orders', SAMPLE_ORDER)
  print(`  order ${order.orderId}`)

  const stream = order.links?.stream ?? `${urls.stream}/v1/stream`
  let compared = false
  for await (const event of eventsOf({ url: stream, apiKey, orderId: order.orderId, signal })) {
    const { status } = event.data
    print(
      `  ${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${status.padEnd(9)} ${detailOf(event.data)}`.trimEnd(),
    )
    if (!compared && ['building', 'submitted', 'confirmed'].includes(status)) {
      compared = true
      const receipt = await api('GET', `/v1/orders/${order.orderId}/route`)
      for (const line of comparisonLines(receipt, tokens)) print(`           ${line}`)
    }
    if (TERMINAL.has(status)) break
  }
  const ended = await api('GET', `/v1/orders/${order.orderId}`)
  if (ended.outputAmount != null) {
    const paid = inUnits(ended.inputUsed, tokens.get(ended.inputMint))
    const received = inUnits(ended.outputAmount, tokens.get(ended.outputMint))
    print(`  ${paid} for ${received}, price ${ended.executedPrice}`)
  }
  return ended
}

/** The comparison as a table: what each venue offered, and why the winner won. */
export function comparisonLines(receipt, tokens) {
  const exactOut = receipt.swapMode === 'ExactOut'
  const token = tokens.get(exactOut ? receipt.inputMint : receipt.outputMint)
  const rows = receipt.quotes.map((quote) => [
    quote.outcome === 'won' ? '*' : '',
    quote.venue,
    inUnits(exactOut ? quote.inAmount : quote.outAmount, token),
    orDash(quote.price, (price) => `price ${price}`),
    orDash(quote.feeBps, (bps) => `fee ${bps} bps`),
    orDash(quote.priceImpactBps, (bps) => `impact ${bps} bps`),
    quote.reason,
  ])
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...rows.map((row) => row[column].length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** The events of one order, from the first, over the notifier's WebSocket. */
async function* eventsOf({ url, apiKey, orderId, signal }) {
  const { default: WebSocket } = await import('ws')
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${apiKey}` } })
  const inbox = []
  let wake = () => {}
  const hear = (item) => {
    inbox.push(item)
    wake()
  }
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'subscribe', channel: 'order', id: orderId, afterSeq: 0 })),
  )
  socket.on('message', (data) => hear(JSON.parse(String(data))))
  socket.on('error', (error) => hear({ type: 'lost', message: error.message }))
  socket.on('close', (code) => hear({ type: 'lost', message: `closed with ${code}` }))
  const late = setTimeout(() => hear({ type: 'lost', message: 'no end in sight' }), ENDS_WITHIN_MS)
  const abort = () => hear({ type: 'lost', message: 'interrupted' })
  signal?.addEventListener('abort', abort, { once: true })
  let lastSeq = 0
  try {
    for (;;) {
      while (inbox.length === 0) await new Promise((resolve) => (wake = resolve))
      const message = inbox.shift()
      signal?.throwIfAborted()
      if (message.type === 'lost' || message.type === 'error') {
        throw new Failure(`the stream of the sample order ended: ${message.message}`)
      }
      if (message.type !== 'event' || message.seq <= lastSeq) continue
      lastSeq = message.seq
      yield message
    }
  } finally {
    clearTimeout(late)
    signal?.removeEventListener('abort', abort)
    socket.removeAllListeners('close')
    socket.close()
  }
}

function createApi(base, apiKey, signal) {
  return async (method, path, body) => {
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: signal ?? null,
    })
    const text = await answer.text()
    if (answer.status === 401) {
      throw new Failure(
        'the database has an account with another key than the one kept here: put that key into BOOTSTRAP_API_KEY.',
      )
    }
    if (!answer.ok) throw new Failure(`${method} ${path} was refused: ${answer.status} ${text.slice(0, 500)}`)
    return JSON.parse(text)
  }
}

async function tokensByMint(api) {
  const { items } = await api('GET', '/v1/tokens')
  return new Map(items.map((token) => [token.mint, token]))
}

/** Base units as people write them: 1500000 of a token with 6 decimals is `1.5 USDC`. */
export function inUnits(amount, token) {
  if (amount == null) return '-'
  if (token === undefined) return amount
  const digits = amount.padStart(token.decimals + 1, '0')
  const cut = digits.length - token.decimals
  const fraction = digits.slice(cut).replace(/0+$/, '')
  return `${digits.slice(0, cut)}${fraction && `.${fraction}`} ${token.symbol ?? token.mint}`
}

const orDash = (value, write) => (value == null ? '-' : write(value))

function detailOf({ phase, txHash, failure }) {
  if (failure) return `${failure.code}: ${failure.message}`
  return [phase, txHash && `transaction ${txHash}`].filter(Boolean).join(', ')
}
