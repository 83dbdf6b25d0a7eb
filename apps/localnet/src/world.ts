import { createHash } from 'node:crypto'
import { encodeBase58 } from '@fillstream/core'
import { VERIFIED_TOKENS } from '@fillstream/types'
import { type LocalnetConfig } from './config'
import { type LocalnetEvents } from './events'
import { initialPools } from './market/pools'
import { createPriceProcess, type PriceProcess } from './market/price-process'
import { createPayRest } from './settlement/rest'
import { type Desk } from './settlement/settle'
import { Facts } from './storage/facts'
import { type Genesis, openGenesis } from './storage/genesis'
import { History } from './storage/history'
import { StateStore } from './storage/state-store'
import { AddressBook } from './svm/address'
import { Blockhashes } from './svm/blockhashes'
import { Chain } from './svm/chain'
import { type ChainParts } from './svm/chain-parts'
import { FINALIZED_AFTER } from './svm/commitment'
import { delaysFrom } from './svm/delay'
import { signingKey } from './svm/keys'
import { Ledger } from './svm/ledger'
import { MAX_LAG_SLOTS } from './svm/node-view'
import { type Fate } from './svm/pending'
import { forksIn } from './svm/rollback'
import { Vm } from './svm/vm'
import { AssociatedAccounts } from './tokens/associated'
import { Bank } from './tokens/bank'
import { Faucet } from './tokens/faucet'
import { MarketMaker } from './venues/market-maker'
import { PoolBook } from './venues/pool-book'

/** The first slot: beyond the depth of finality, so that every commitment has a block from the start. */
const FIRST_SLOT = 64
/** How late a busy machine may be. */
const LATE_MS = 2_000
const ROUTER_LAMPORTS = 1_000_000_000_000n

/** Everything that localnet simulates, ready to tick. */
export interface World {
  readonly genesis: Genesis
  readonly chain: Chain
  readonly desk: Desk
  readonly market: MarketMaker
  readonly associated: AssociatedAccounts
  /** Every wallet that belongs to localnet itself. */
  readonly accounts: VenueAccounts
  /** Throws where no slot has come for too long. */
  assertTicking(): void
  close(): void
}

/** Token accounts by mint: those from which the router authority pays, and the market's own. */
export interface VenueAccounts {
  readonly payout: ReadonlyMap<string, string>
  readonly market: ReadonlyMap<string, string>
}

export interface WorldDeps {
  now(): number
  randomBytes(size: number): Uint8Array
  /** What becomes of the next transaction that is taken in. */
  fate(): Fate
  readonly events: LocalnetEvents
}

/** Opens the world in LOCALNET_DATA_DIR, or makes a new one there. */
export async function openWorld(config: LocalnetConfig, deps: WorldDeps): Promise<World> {
  const directory = config.LOCALNET_DATA_DIR
  const genesis = openGenesis(directory, (size) => deps.randomBytes(size))
  const router = signingKey(Buffer.from(genesis.routerSeed, 'hex'))
  const associated = new AssociatedAccounts()
  const accounts: VenueAccounts = {
    payout: await accountsOf(router.address, associated),
    market: await accountsOf(marketWallet(genesis), associated),
  }

  const store = new StateStore(directory)
  const facts = new Facts(store.restored?.facts)
  const slot = store.restored === null ? FIRST_SLOT : Chain.resumeSlot(store.restored.slot, facts)
  const addresses = new AddressBook()
  const vm = new Vm(addresses)
  // A second node that lags reads from further back.
  const keptSlots = FINALIZED_AFTER + (config.LOCALNET_REPLICA_PORT === undefined ? 0 : MAX_LAG_SLOTS)
  const ledger = new Ledger(vm, slot, keptSlots)
  for (const [address, state] of store.restored?.accounts ?? []) ledger.restore(address, state)
  const history = new History(directory, store.restored?.logged ?? 0, store.restored?.transactions ?? [])
  const parts: ChainParts = {
    vm,
    ledger,
    facts,
    history,
    store,
    addresses,
    blockhashes: new Blockhashes(genesis.genesisHash, slot, forksIn(facts)),
  }

  const bank = new Bank(ledger, facts, vm)
  const pools = new PoolBook(ledger, (bytes) => vm.rentExemption(bytes))
  const prices = createPriceProcess({ seed: config.SIM_SEED, spreadBps: config.SIM_PRICE_SPREAD_BPS })
  const market = new MarketMaker(pools, bank, facts, prices, config.SIM_SLOT_MS, (mint) =>
    accountOf(accounts.market, mint),
  )
  const chain = new Chain(parts, {
    slot,
    now: () => deps.now(),
    delayMs: delaysFrom(config.SIM_CONFIRM_DELAY_MS, config.SIM_SEED),
    fate: () => deps.fate(),
    onRolledBack: () => pools.readAll(),
    onMarket: (at) => market.advance(at),
    events: deps.events,
  })
  const desk: Desk = {
    ledger,
    bank,
    faucet: new Faucet(bank, ledger, facts),
    pools,
    router,
    payoutAccounts: accounts.payout,
    payRest: createPayRest({
      addresses,
      ledger,
      bank,
      router,
      payoutAccounts: accounts.payout,
      marketAccounts: accounts.market,
      onUnpaid: (settlement, surplus) => deps.events.restUnpaid(settlement.wire.signature, surplus),
    }),
  }
  if (store.restored === null) {
    createWorld(desk, accounts, marketWallet(genesis), facts, prices, config.SIM_SEED, slot)
    chain.snapshot()
  }
  return {
    genesis,
    chain,
    desk,
    market,
    associated,
    accounts,
    assertTicking() {
      const idleMs = chain.idleMs
      if (idleMs > 3 * config.SIM_SLOT_MS + LATE_MS) throw new Error(`no slot for ${idleMs} ms`)
    },
    close() {
      store.close()
      history.close()
    },
  }
}

/** Mints, the router's and the market's accounts, and the pools with what they hold. */
function createWorld(
  { bank, pools, router }: Desk,
  accounts: VenueAccounts,
  wallet: string,
  facts: Facts,
  prices: PriceProcess,
  seed: string,
  slot: number,
): void {
  for (const token of VERIFIED_TOKENS) {
    bank.createMint(token)
    bank.openAccount(accountOf(accounts.payout, token.mint), router.address, token.mint)
    bank.openAccount(accountOf(accounts.market, token.mint), wallet, token.mint)
  }
  bank.grantLamports(router.address, ROUTER_LAMPORTS)
  for (const pool of initialPools(seed, prices, BigInt(slot))) {
    for (const [mint, vault, amount] of [
      [pool.mintA, pool.vaultA, pool.reserveA],
      [pool.mintB, pool.vaultB, pool.reserveB],
    ] as const) {
      bank.openAccount(vault, pool.address, mint)
      bank.grantTokens(vault, amount)
      // The market wallet begins with a tenth of what the pools hold.
      bank.grantTokens(accountOf(accounts.market, mint), amount / 10n)
    }
    pools.create(pool, facts)
  }
}

function marketWallet({ genesisHash }: Genesis): string {
  return encodeBase58(createHash('sha256').update(`fillstream:market:${genesisHash}`).digest())
}

async function accountsOf(owner: string, associated: AssociatedAccounts): Promise<Map<string, string>> {
  return new Map(
    await Promise.all(
      VERIFIED_TOKENS.map(
        async ({ mint }) => [mint, await associated.addressOf(owner, mint)] as [string, string],
      ),
    ),
  )
}

function accountOf(accounts: ReadonlyMap<string, string>, mint: string): string {
  const account = accounts.get(mint)
  if (account === undefined) throw new RangeError(`no account of mint ${mint}`)
  return account
}
