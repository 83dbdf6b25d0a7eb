import { once } from 'node:events'
import { decodePool, VENUES } from '@fillstream/core'
import { WRAPPED_SOL_MINT } from '@fillstream/types'
import { address, lamports, signature as asSignature } from '@solana/kit'
import { WebSocket } from 'ws'
import { type Instance, startInstance } from '../testing/instance'
import { randomAddress } from '../testing/script'

let instance: Instance
beforeAll(async () => {
  instance = await startInstance()
})
afterAll(() => instance.end())

/** The first notifications of a subscription for which `wanted` holds. */
async function take<T>(
  subscribe: (options: { abortSignal: AbortSignal }) => Promise<AsyncIterable<T>>,
  count: number,
  wanted: (item: T) => boolean = () => true,
): Promise<T[]> {
  const abort = new AbortController()
  const items: T[] = []
  for await (const item of await subscribe({ abortSignal: abort.signal })) {
    if (wanted(item)) items.push(item)
    if (items.length >= count) break
  }
  abort.abort()
  return items
}

describe("subscriptions of @solana/kit's own client", () => {
  it('slots: one after the other', async () => {
    const slots = await take((options) => instance.subscriptions.slotNotifications().subscribe(options), 5)
    slots.slice(1).forEach((next, index) => {
      expect(next.slot).toBe((slots[index]?.slot ?? 0n) + 1n)
      expect(next.parent).toBe(next.slot - 1n)
      expect(next.root).toBe(next.slot - 32n)
    })
  })

  it('a signature: told once, when it has the commitment', async () => {
    const wallet = address(randomAddress())
    const signature = await instance.rpc.requestAirdrop(wallet, lamports(3_000_000n)).send()
    const [notice] = await take(
      (options) =>
        instance.subscriptions
          .signatureNotifications(asSignature(signature), { commitment: 'confirmed' })
          .subscribe(options),
      1,
    )
    expect(notice?.value).toEqual({ err: null })
    expect((await instance.rpc.getBalance(wallet).send()).value).toBe(3_000_000n)
  })

  it('an account: its new state', async () => {
    const wallet = randomAddress()
    const changes = take(
      (options) =>
        instance.subscriptions
          .accountNotifications(address(wallet), { encoding: 'base64', commitment: 'confirmed' })
          .subscribe(options),
      1,
    )
    await instance.control('/faucet', {
      address: wallet,
      grants: [{ mint: WRAPPED_SOL_MINT, amount: '7000000' }],
    })
    // The subscription may have been a moment late for the first grant.
    await instance.control('/faucet', {
      address: wallet,
      grants: [{ mint: WRAPPED_SOL_MINT, amount: '7000000' }],
    })
    const [change] = await changes
    expect([7_000_000n, 14_000_000n]).toContain(change?.value.lamports)
  })

  it('a program: its pools as they move', async () => {
    const [venue] = VENUES
    if (venue === undefined) throw new Error('no venue')
    const { body } = await instance.control('/pools')
    const pools = (body['items'] as { address: string; venue: string }[]).filter(
      (pool) => pool.venue === venue.name,
    )
    const changes = await take(
      (options) =>
        instance.subscriptions
          .programNotifications(address(venue.programId), { encoding: 'base64', commitment: 'processed' })
          .subscribe(options),
      pools.length,
    )
    for (const { value, context } of changes) {
      const data = Buffer.from(value.account.data[0], 'base64')
      const pool = decodePool(data, { address: value.pubkey, venue: venue.name })
      expect(pool?.slot).toBe(context.slot)
      expect(pools.map((each) => each.address)).toContain(value.pubkey)
    }
  })

  it('logs: of what mentions an address', async () => {
    const wallet = address(randomAddress())
    const logs = take(
      (options) =>
        instance.subscriptions
          .logsNotifications({ mentions: [wallet] }, { commitment: 'confirmed' })
          .subscribe(options),
      1,
    )
    for (let each = 0; each < 3; each += 1) {
      const signature = await instance.rpc.requestAirdrop(wallet, lamports(1_000_000n)).send()
      await instance.landed(signature)
    }
    const [notice] = await logs
    expect(notice?.value.err).toBeNull()
    expect(notice?.value.logs?.join()).toContain('airdrop')
  })
})

describe('the raw protocol', () => {
  async function talk(messages: readonly string[], answers: number): Promise<Record<string, unknown>[]> {
    const socket = new WebSocket(instance.localnet.wsUrl)
    await once(socket, 'open')
    const received: Record<string, unknown>[] = []
    const done = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        received.push(JSON.parse(data.toString()) as Record<string, unknown>)
        if (received.length >= answers) resolve()
      })
    })
    for (const message of messages) socket.send(message)
    await done
    socket.terminate()
    return received
  }
  const call = (id: number, method: string, params: unknown[] = []) =>
    JSON.stringify({ jsonrpc: '2.0', id, method, params })

  it('answers each mistake with its code, and pings not at all', async () => {
    const answers = await talk(
      [
        'no json',
        '{}',
        JSON.stringify({ jsonrpc: '2.0', method: 'ping' }),
        call(1, 'nothing'),
        call(2, 'accountSubscribe', ['x']),
        call(3, 'accountUnsubscribe', [12_345]),
      ],
      5,
    )
    expect(answers.map(({ error }) => (error as { code: number }).code)).toEqual([
      -32_700, -32_600, -32_601, -32_602, -32_602,
    ])
  })

  it('ends a subscription when asked', async () => {
    const wallet = randomAddress()
    const answers = await talk([call(1, 'accountSubscribe', [wallet])], 1)
    expect(answers[0]?.['result']).toEqual(expect.any(Number))
    const socket = new WebSocket(instance.localnet.wsUrl)
    await once(socket, 'open')
    socket.send(call(1, 'slotSubscribe'))
    const [first] = (await once(socket, 'message')) as [Buffer]
    const { result } = JSON.parse(first.toString()) as { result: number }
    socket.send(call(2, 'slotUnsubscribe', [result]))
    for (;;) {
      const [next] = (await once(socket, 'message')) as [Buffer]
      if ((JSON.parse(next.toString()) as { id?: number }).id === 2) break
    }
    let more = 0
    socket.on('message', () => (more += 1))
    const { slot } = await instance.control('/audit').then(({ body }) => body as { slot: number })
    while (((await instance.control('/audit')).body as { slot: number }).slot < slot + 5);
    expect(more).toBe(0)
    socket.terminate()
  })
})
