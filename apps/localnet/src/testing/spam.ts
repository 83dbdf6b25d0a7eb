import { createHash } from 'node:crypto'
import { type SigningKey, signingKey } from '../svm/keys'
import { compileMessage, signedTransaction } from '../svm/message'
import { runPlain } from '../svm/plain'
import { decodeTransaction, type WireTransaction } from '../svm/wire'
import { MEMO_PROGRAM, SYSTEM_PROGRAM } from '../tokens/programs'
import { type TestWorld } from './world'

/** A key that depends on its name alone. */
export function namedKey(name: string): SigningKey {
  return signingKey(createHash('sha256').update(name).digest())
}

/** A signed transfer of lamports with a memo, over the newest blockhash. */
export function signTransfer(
  { world }: TestWorld,
  from: SigningKey,
  to: string,
  lamports: bigint,
  memo: string,
): WireTransaction {
  const { addresses } = world.chain.parts
  const data = Buffer.alloc(12)
  data.writeUInt32LE(2, 0)
  data.writeBigUInt64LE(lamports, 4)
  const accounts = [
    { address: from.address, signer: true, writable: true },
    { address: to, signer: false, writable: true },
  ]
  const { blockhash } = world.chain.latestBlockhash('processed')
  const message = compileMessage(addresses, from.address, blockhash, [
    { program: SYSTEM_PROGRAM, accounts, data },
    { program: MEMO_PROGRAM, accounts: [], data: Buffer.from(memo) },
  ])
  return decodeTransaction(signedTransaction(message, from.sign(message)), addresses)
}

/** Sends a transaction on its way as `sendTransaction` would. */
export function send({ world }: TestWorld, wire: WireTransaction): void {
  world.chain.submit(runPlain(wire, world.chain.lastValidSlot(wire.blockhash, 'processed') ?? 0))
}

/** Lands `count` transfers, a hundred a slot. */
export async function spam(test: TestWorld, count: number): Promise<void> {
  const from = namedKey('spammer')
  await test.fund(from.address, { SOL: 1_000_000_000n })
  for (let each = 0; each < count; each += 1) {
    send(test, signTransfer(test, from, from.address, 1n, `spam ${each}`))
    if (each % 100 === 99) test.pass()
  }
  test.pass()
}
