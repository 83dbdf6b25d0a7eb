import { decodeAddress, encodeBase58 } from '../encoding/base58'
import { type VenueName } from './venues'

/**
 * A pool as its account tells it. All amounts are base units and fit a u64.
 * `reserveA/B` are the curve's reserves; protocol fees lie in the same vaults but are set apart from the curve,
 * so a vault holds `reserve + protocolFees` (or more).
 */
export interface PoolState {
  /** Address of the pool account (base58). */
  readonly address: string
  /** Small number, unique over all venues, by which a route memo names the pool. */
  readonly index: number
  readonly venue: VenueName
  readonly curve: 'constantProduct'
  readonly mintA: string
  readonly mintB: string
  readonly vaultA: string
  readonly vaultB: string
  readonly decimalsA: number
  readonly decimalsB: number
  readonly reserveA: bigint
  readonly reserveB: bigint
  readonly protocolFeesA: bigint
  readonly protocolFeesB: bigint
  /** Trading fee, of 1,000,000. */
  readonly feeRate: bigint
  /** Unix seconds from which the pool trades; 0: it is open. Of a launched pool for show: its slot decides. */
  readonly openTime: bigint
  /** Slot of the last change. */
  readonly slot: bigint
  /** How a new token's pool opens; null for every other pool. */
  readonly launch: PoolLaunch | null
}

/** A token launch: `mintA` is the new token, sold for `mintB`. */
export interface PoolLaunch {
  /** Who made token and pool. */
  readonly creator: string
  /** The first slot in which the pool trades. */
  readonly openSlot: bigint
  /** The trading fee in that slot, of 1,000,000; it falls to the pool's `feeRate` in a straight line. */
  readonly feeRate: bigint
  /** Slots that it takes to fall. */
  readonly feeSlots: bigint
}

/** Bytes of an encoded pool account, without and with a launch. */
export const POOL_ACCOUNT_SIZE = 200
export const LAUNCHED_POOL_ACCOUNT_SIZE = 256
/** First eight bytes of every pool account: a memcmp filter at offset 0 finds them. */
export const POOL_DISCRIMINATOR = new TextEncoder().encode('fs:pool:')
const POOL_VERSION = 1
const LAUNCHED_POOL_VERSION = 2
const CURVE_CONSTANT_PRODUCT = 0

const AT = {
  version: 8,
  curve: 9,
  decimalsA: 10,
  decimalsB: 11,
  index: 12,
  mintA: 16,
  mintB: 48,
  vaultA: 80,
  vaultB: 112,
  reserveA: 144,
  reserveB: 152,
  protocolFeesA: 160,
  protocolFeesB: 168,
  feeRate: 176,
  openTime: 184,
  slot: 192,
  openSlot: 200,
  launchFeeRate: 208,
  launchFeeSlots: 216,
  creator: 224,
} as const
const ADDRESS_FIELDS = ['mintA', 'mintB', 'vaultA', 'vaultB'] as const
const U64_FIELDS = [
  'reserveA',
  'reserveB',
  'protocolFeesA',
  'protocolFeesB',
  'feeRate',
  'openTime',
  'slot',
] as const
const U64_MAX = (1n << 64n) - 1n

/**
 * The account data of a pool (its address and venue are the account's key and owner, so not in the data).
 * @param bytesOf reads an address; who writes many pools brings one that remembers
 */
export function encodePool(
  pool: PoolState,
  bytesOf: (address: string) => Uint8Array | null = decodeAddress,
): Uint8Array {
  const { launch } = pool
  const data = new Uint8Array(launch === null ? POOL_ACCOUNT_SIZE : LAUNCHED_POOL_ACCOUNT_SIZE)
  const view = new DataView(data.buffer)
  data.set(POOL_DISCRIMINATOR)
  data[AT.version] = launch === null ? POOL_VERSION : LAUNCHED_POOL_VERSION
  data[AT.curve] = CURVE_CONSTANT_PRODUCT
  data[AT.decimalsA] = pool.decimalsA
  data[AT.decimalsB] = pool.decimalsB
  view.setUint32(AT.index, pool.index, true)
  const address = (field: keyof typeof AT, value: string) => {
    const bytes = bytesOf(value)
    if (bytes === null) throw new RangeError(`pool ${field} is not an address: ${value}`)
    data.set(bytes, AT[field])
  }
  const u64 = (field: keyof typeof AT, value: bigint) => {
    if (value < 0n || value > U64_MAX) throw new RangeError(`pool ${field} is not a u64: ${value}`)
    view.setBigUint64(AT[field], value, true)
  }
  for (const field of ADDRESS_FIELDS) address(field, pool[field])
  for (const field of U64_FIELDS) u64(field, pool[field])
  if (launch !== null) {
    u64('openSlot', launch.openSlot)
    u64('launchFeeRate', launch.feeRate)
    u64('launchFeeSlots', launch.feeSlots)
    address('creator', launch.creator)
  }
  return data
}

/**
 * Reads a pool account; null where the data is no pool of a version known here.
 * @param nameOf spells out an address; who reads many pools brings one that remembers
 */
export function decodePool(
  data: Uint8Array,
  account: { address: string; venue: VenueName },
  nameOf: (bytes: Uint8Array) => string = encodeBase58,
): PoolState | null {
  if (data.length < POOL_ACCOUNT_SIZE) return null
  if (POOL_DISCRIMINATOR.some((byte, at) => data[at] !== byte)) return null
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const version = view.getUint8(AT.version)
  const launched = version === LAUNCHED_POOL_VERSION && data.length >= LAUNCHED_POOL_ACCOUNT_SIZE
  if (!launched && version !== POOL_VERSION) return null
  if (view.getUint8(AT.curve) !== CURVE_CONSTANT_PRODUCT) return null
  const address = (at: number) => nameOf(data.subarray(at, at + 32))
  const u64 = (at: number) => view.getBigUint64(at, true)
  return {
    address: account.address,
    venue: account.venue,
    curve: 'constantProduct',
    index: view.getUint32(AT.index, true),
    mintA: address(AT.mintA),
    mintB: address(AT.mintB),
    vaultA: address(AT.vaultA),
    vaultB: address(AT.vaultB),
    decimalsA: view.getUint8(AT.decimalsA),
    decimalsB: view.getUint8(AT.decimalsB),
    reserveA: u64(AT.reserveA),
    reserveB: u64(AT.reserveB),
    protocolFeesA: u64(AT.protocolFeesA),
    protocolFeesB: u64(AT.protocolFeesB),
    feeRate: u64(AT.feeRate),
    openTime: u64(AT.openTime),
    slot: u64(AT.slot),
    launch: launched
      ? {
          creator: address(AT.creator),
          openSlot: u64(AT.openSlot),
          feeRate: u64(AT.launchFeeRate),
          feeSlots: u64(AT.launchFeeSlots),
        }
      : null,
  }
}
