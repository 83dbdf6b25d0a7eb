import { z } from 'zod'
import { type AccountState } from '../../svm/account'
import { type Ledger } from '../../svm/ledger'
import { TOKEN_PROGRAM } from '../../tokens/programs'
import { readMint, readTokenAccount } from '../../tokens/token-account'
import { type DecimalsOf, encodeAccount, tokenAmount } from '../encode-account'
import { invalidParams } from '../errors'
import { accountFilters, matchesFilters } from '../filters'
import { accountConfig, addressParam, readConfig, readSlot, withContext } from '../params'
import { type Methods } from './method'

const MAX_MULTIPLE = 100
const addressesParam = z.array(addressParam)
const programConfig = accountConfig.extend({
  filters: accountFilters,
  withContext: z.boolean().default(false),
})
const ofMintOrProgram = z.union([z.object({ mint: addressParam }), z.object({ programId: addressParam })])

/** Accounts and token accounts, each as of the slot of the commitment asked for. */
export const accountMethods: Methods = {
  getBalance(params, { node }) {
    const address = params.get(0, addressParam)
    const slot = readSlot(node, params.config(1, readConfig))
    return withContext(slot, node.parts.ledger.readAt(address, slot)?.lamports ?? 0n)
  },

  getAccountInfo(params, { node }) {
    const address = params.get(0, addressParam)
    const config = params.config(1, accountConfig)
    const slot = readSlot(node, config)
    const account = node.parts.ledger.readAt(address, slot)
    const decimals = decimalsAt(node.parts.ledger, slot)
    return withContext(slot, account === null ? null : encodeAccount(account, config, decimals))
  },

  getMultipleAccounts(params, { node }) {
    const addresses = params.get(0, addressesParam)
    if (addresses.length > MAX_MULTIPLE) throw invalidParams(`Too many inputs provided; max ${MAX_MULTIPLE}`)
    const config = params.config(1, accountConfig)
    const slot = readSlot(node, config)
    const decimals = decimalsAt(node.parts.ledger, slot)
    return withContext(
      slot,
      addresses.map((address) => {
        const account = node.parts.ledger.readAt(address, slot)
        return account === null ? null : encodeAccount(account, config, decimals)
      }),
    )
  },

  getProgramAccounts(params, { node }) {
    const program = params.get(0, addressParam)
    const config = params.config(1, programConfig)
    const slot = readSlot(node, config)
    const { ledger } = node.parts
    const decimals = decimalsAt(ledger, slot)
    const found = accountsAt(ledger, ledger.ownedBy(program), slot)
      .filter(([, account]) => account.owner === program && matchesFilters(account, config.filters))
      .map(([pubkey, account]) => ({ account: encodeAccount(account, config, decimals), pubkey }))
    return config.withContext ? withContext(slot, found) : found
  },

  getTokenAccountBalance(params, { node }) {
    const address = params.get(0, addressParam)
    const slot = readSlot(node, params.config(1, readConfig))
    const account = node.parts.ledger.readAt(address, slot)
    if (account === null) throw invalidParams('Invalid param: could not find account')
    const token = readTokenAccount(account)
    if (token === null) throw invalidParams('Invalid param: not a Token account')
    return withContext(slot, tokenAmount(token.amount, decimalsAt(node.parts.ledger, slot)(token.mint)))
  },

  getTokenSupply(params, { node }) {
    const address = params.get(0, addressParam)
    const slot = readSlot(node, params.config(1, readConfig))
    const account = node.parts.ledger.readAt(address, slot)
    if (account === null) throw invalidParams('Invalid param: could not find account')
    const mint = readMint(account)
    if (mint === null) throw invalidParams('Invalid param: not a Token mint')
    return withContext(slot, tokenAmount(mint.supply, mint.decimals))
  },

  getTokenAccountsByOwner(params, { node }) {
    const owner = params.get(0, addressParam)
    const wanted = params.get(1, ofMintOrProgram)
    const config = params.config(2, accountConfig)
    const slot = readSlot(node, config)
    const { ledger } = node.parts
    const decimals = decimalsAt(ledger, slot)
    const found = accountsAt(ledger, ledger.tokenAccountsOf(owner), slot).flatMap(([pubkey, account]) => {
      const token = readTokenAccount(account)
      const fits = 'mint' in wanted ? token?.mint === wanted.mint : wanted.programId === TOKEN_PROGRAM
      return token?.owner === owner && fits
        ? [{ account: encodeAccount(account, config, decimals), pubkey }]
        : []
    })
    return withContext(slot, found)
  },
}

/** The decimals of mints as of a slot; 0 where there is no such mint. */
export function decimalsAt(ledger: Ledger, slot: number): DecimalsOf {
  const known = new Map<string, number>()
  return (mint) => {
    const cached = known.get(mint)
    if (cached !== undefined) return cached
    const account = ledger.readAt(mint, slot)
    const decimals = (account === null ? null : readMint(account))?.decimals ?? 0
    known.set(mint, decimals)
    return decimals
  }
}

function accountsAt(ledger: Ledger, addresses: readonly string[], slot: number): [string, AccountState][] {
  return addresses.flatMap((address) => {
    const account = ledger.readAt(address, slot)
    return account === null ? [] : [[address, account] as [string, AccountState]]
  })
}
