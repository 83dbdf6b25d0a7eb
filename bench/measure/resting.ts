import { type Trigger } from '@fillstream/core'
import { type Pair, type TriggerRig } from '../../apps/order-worker/test-support/trigger-rig'

/** Pairs that nothing else trades. */
export const PAIRS: readonly Pair[] = Array.from({ length: 20 }, (_, i) => ({
  inputMint: `in${i}`,
  outputMint: `out${i}`,
}))
export const SIZE = 1_000_000_000n

/** Fills the index up to `target` orders, none of which a price reaches. */
export async function addResting(rig: TriggerRig, from: number, target: number): Promise<void> {
  for (let n = from; n < target; n += 500)
    await rig.parts.index.add(Array.from({ length: 500 }, (_, i) => restingTrigger(n + i)))
}

function restingTrigger(n: number): Trigger {
  const pair = PAIRS[n % PAIRS.length] as Pair
  const hex = n.toString(16).padStart(12, '0')
  return {
    orderId: `01900000-0000-7000-8000-${hex}`,
    accountId: '',
    lastSeq: 2,
    kind: 'limit',
    ...pair,
    swapMode: 'ExactIn',
    amount: SIZE,
    sizeClass: 9,
    // Out of reach, and all different.
    threshold: 200n * 10n ** 6n + BigInt(n),
    trailingBps: null,
    highWater: null,
    openedAt: new Date(0),
    expiresAt: null,
  }
}

/** Bytes that the Redis of a rig holds. */
export async function usedMemory(rig: TriggerRig): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await rig.redis.info('memory'))?.[1])
}
