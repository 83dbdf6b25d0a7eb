import { createHash } from 'node:crypto'
import { encodeBase58, AddressBook } from '@fillstream/core'
import { VERIFIED_TOKENS } from '@fillstream/types'
import { type LocalnetConfig } from './config'
import { type LocalnetEvents } from './events'
import { SpareVms } from './fork/spare-vms'
import { createLauncher, type Launcher, refusesSale } from './launches/launcher'
import { initialPools } from './market/pools'
import { createPriceProcess, type PriceProcess } from './market/price-process'
import { createPayRest } from './settlement/rest'
import { type Desk } from './settlement/settle'
import { Facts } from './storage/facts'
import { type Genesis, openGenesis } from './storage/genesis'
import { History } from './storage/history'
import { StateStore } from './storage/state-store'
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
import { SlotLog } from './venues/slot-log'
import { openVenueAccounts, type VenueAccounts } from './venues/venue-accounts'

/** The first slot: beyond the depth of finality, so that every commitment has a block from the start. */
const FIRST_SLOT = 64
/** How late a busy machine may be. */
const LATE_MS = 2_000
/** Slots with changes that the log keeps: half an hour of market steps. */
const LOGGED_SLOTS = 4_096
const ROUTER_LAMPORTS = 1_000_000_000_000n

/** Everything that localnet simulates, ready to tick. */
export interface World {
  readonly genesis: Genesis
  readonly chain: Chain
  readonly desk: Desk
  readonly market: MarketMaker
  /** What the pools were in the last slots. */
  readonly slotLog: SlotLog
  readonly associated: AssociatedAccounts
  /** Every wallet that belongs to localnet itself. */
  readonly accounts: VenueAccounts
  readonly launcher: Launcher
  readonly spareVms: SpareVms
  /** Throws where no slot has come for too long. */
  assertTicking(): void
  close(): void
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
  const pools = new PoolBook(ledger, (bytes) => vm.rentExemption(bytes), addresses)
  const accounts = await openVenueAccounts(
    { router: router.address, market: marketWallet(genesis) },
    [...VERIFIED_TOKENS.map(({ mint }) => mint), ...pools.launched().map(({ mintA }) => mintA)],
    associated,
  )
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
    refusesSale: (pool, inputMint) => refusesSale(facts, pool, inputMint),
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
  const slotLog = new SlotLog(pools.all(), slot + 1, LOGGED_SLOTS)
  chain.onSlot((news) => {
    const changed = news.undone === null ? ledger.changedIn(news.slot) : null
    const states = pools.all().filter(({ address }) => changed === null || changed.has(address))
    slotLog.add(news.slot, states, news.undone?.from ?? null)
  })
  return {
    genesis,
    chain,
    desk,
    market,
    slotLog,
    associated,
    accounts,
    spareVms: new SpareVms(addresses),
    launcher: createLauncher({
      chain,
      desk,
      facts,
      accounts,
      associated,
      marketWallet: marketWallet(genesis),
      slotMs: config.SIM_SLOT_MS,
      now: () => deps.now(),
      randomBytes: (size) => deps.randomBytes(size),
    }),
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

function accountOf(accounts: ReadonlyMap<string, string>, mint: string): string {
  const account = accounts.get(mint)
  if (account === undefined) throw new RangeError(`no account of mint ${mint}`)
  return account
}
