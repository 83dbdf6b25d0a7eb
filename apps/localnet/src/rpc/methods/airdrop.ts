import { z } from 'zod'
import { compileMessage, signedTransaction } from '../../svm/message'
import { LAMPORTS_PER_SIGNATURE } from '../../svm/fees'
import { decodeTransaction } from '../../svm/wire'
import { MEMO_PROGRAM, SYSTEM_PROGRAM } from '../../tokens/programs'
import { invalidParams } from '../errors'
import { addressParam, readConfig } from '../params'
import { type Methods } from './method'

const MAX_LAMPORTS = 1_000_000_000_000_000
const amountParam = z.number().int().min(1)

/** `requestAirdrop`: a real transaction, paid by localnet. */
export function createAirdropMethods(): Methods {
  let count = 0
  return {
    requestAirdrop(params, { world, onSubmitted }) {
      const wallet = params.get(0, addressParam)
      const lamports = params.get(1, amountParam)
      params.config(2, readConfig)
      if (lamports > MAX_LAMPORTS) throw invalidParams('Invalid param: too many lamports')
      const { chain, desk } = world
      const { addresses } = chain.parts
      const { blockhash, lastValidBlockHeight } = chain.latestBlockhash('processed')
      const data = Buffer.alloc(12)
      data.writeUInt32LE(2, 0)
      data.writeBigUInt64LE(BigInt(lamports), 4)
      const message = compileMessage(addresses, desk.router.address, blockhash, [
        {
          program: SYSTEM_PROGRAM,
          accounts: [
            { address: desk.router.address, signer: true, writable: true },
            { address: wallet, signer: false, writable: true },
          ],
          data,
        },
        // Two equal airdrops of one block would otherwise be one transaction.
        { program: MEMO_PROGRAM, accounts: [], data: Buffer.from(`airdrop ${(count += 1)}`) },
      ])
      const wire = decodeTransaction(signedTransaction(message, desk.router.sign(message)), addresses)
      chain.submit({
        wire,
        lastValidSlot: lastValidBlockHeight,
        land(slot) {
          desk.bank.grantLamports(desk.router.address, BigInt(lamports) + LAMPORTS_PER_SIGNATURE)
          const landed = slot.run(wire)
          return landed === null ? [] : [landed]
        },
      })
      onSubmitted(wire.signature)
      return wire.signature
    },
  }
}
