import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createBareClient } from './bare-rpc'
import { createLadenChain, type SignedAhead } from './laden-chain'
import { createLadenStore, type Submission } from './laden-store'
import { readSettings, tellReady } from './settings'
import { createGroups } from './skeleton-store'
import { createTeller } from './skeleton-stream'

/*
 * The worker of the laden skeleton: a quote is asked for and a transaction of that size signed by its wallet and by who pays; it is
 * durable before it would be sent, confirmed at once and marked as final. Steps are written together as the engine writes them.
 * LADEN_SUBMIT_URL and LADEN_RPC_URL: what it settles on instead, with what was signed ahead: a line on standard input names the file.
 */
const STEPS = ['routing', 'building', 'submitted'] as const
const MESSAGE_BYTES = 900
/** As long as the engine's. */
const QUESTION = 'x'.repeat(400)
const ROUTE = JSON.stringify({ quotes: 'q'.repeat(1_250) })

async function main(): Promise<void> {
  const { databaseUrl, redisUrl, prefix } = readSettings()
  const redis = () => new Redis(redisUrl, { maxRetriesPerRequest: null })
  const store = createLadenStore(new Pool({ connectionString: databaseUrl, max: 4 }))
  const tell = createTeller(redis(), prefix)
  const router = createBareClient({ redisUrl, prefix })
  const { privateKey } = generateKeyPairSync('ed25519')

  const submit = createGroups<Submission>(async (rows) => {
    await store.submit(rows)
    tell(
      rows.flatMap(({ orderId, accountId }) =>
        STEPS.map((status, i) => ({ orderId, accountId, seq: i + 2, status })),
      ),
    )
  })
  const finalize = createGroups<Submission>(store.finalize)
  const confirm = createGroups<Submission>(async (rows) => {
    await store.confirm(rows)
    tell(rows.map(({ orderId, accountId }) => ({ orderId, accountId, seq: 5, status: 'confirmed' })))
  })

  const { LADEN_SUBMIT_URL, LADEN_RPC_URL } = process.env
  const chain =
    LADEN_SUBMIT_URL && LADEN_RPC_URL
      ? createLadenChain({ submit: LADEN_SUBMIT_URL, rpc: LADEN_RPC_URL })
      : null
  let ahead: SignedAhead[] = []

  /** The job is done when it is sent; others wait for the chain meanwhile. */
  async function settle(row: Submission): Promise<void> {
    const signed = ahead.pop()
    if (chain === null || signed === undefined) throw new Error('nothing was signed ahead')
    const { signature } = signed
    const sent = { ...row, signature, transaction: Buffer.from(signed.transaction, 'base64') }
    await submit(sent)
    await chain.send(signed)
    void (async () => {
      await chain.confirmed(signed)
      await confirm(sent)
      await chain.finalized(signed)
      await finalize(sent)
    })()
  }

  const worker = new Worker<{ orderId: string; accountId: string }>(
    `${prefix}-skeleton`,
    async ({ data: { orderId, accountId } }) => {
      await router.ask(QUESTION)
      const message = randomBytes(MESSAGE_BYTES)
      const signatures = [sign(null, message, privateKey), sign(null, message, privateKey)]
      const transaction = Buffer.concat([...signatures, message])
      const signature = Buffer.concat(signatures).subarray(0, 44).toString('hex')
      const row = { orderId, accountId, signature, transaction, route: ROUTE }
      if (chain !== null) return settle(row)
      await submit(row)
      await confirm(row)
      void finalize(row)
    },
    { connection: redis(), concurrency: 100 },
  )
  await worker.waitUntilReady()
  tellReady()
  process.stdin.on('data', (line: Buffer) => {
    ahead = JSON.parse(readFileSync(line.toString().trim(), 'utf8')) as SignedAhead[]
    process.stdout.write(`taken ${ahead.length}\n`)
  })
}

void main()
