import { z } from 'zod'
import { type AccountState } from '../svm/account'
import { type SlotNews } from '../svm/chain-parts'
import { type Commitment, FINALIZED_AFTER } from '../svm/commitment'
import { type LandedTransaction } from '../svm/landed'
import { type World } from '../world'
import { encodeAccount } from './encode-account'
import { accountFilters, matchesFilters } from './filters'
import { decimalsAt } from './methods/accounts'
import {
  accountConfig,
  addressParam,
  commitmentParam,
  type Params,
  signatureParam,
  withContext,
} from './params'

/** What a subscription sends on one slot: the results of its notifications, and whether it ends with them. */
export interface Notices {
  readonly results: readonly unknown[]
  readonly ended?: boolean
}

/** A subscription: asked once for every slot. */
export interface Subscription {
  /** `slotNotification` and the like. */
  readonly notification: string
  onSlot(slot: SlotView): Notices
}

/** One slot as subscriptions see it. */
export interface SlotView {
  readonly slot: number
  /** What landed in a slot (of the last {@link FINALIZED_AFTER}). */
  landedIn(slot: number): readonly LandedTransaction[]
}

/** Remembers what landed in the slots that are not yet final. */
export class RecentSlots {
  private readonly landed = new Map<number, readonly LandedTransaction[]>()

  add({ slot, landed, undone }: SlotNews): SlotView {
    for (let past = undone?.from ?? slot; past < slot; past += 1) this.landed.delete(past)
    this.landed.set(slot, landed)
    this.landed.delete(slot - FINALIZED_AFTER - 1)
    return { slot, landedIn: (past) => this.landed.get(past) ?? [] }
  }
}

const NONE: Notices = { results: [] }
const config = z.object({ commitment: commitmentParam.default('finalized') })
const programConfig = accountConfig.extend({ filters: accountFilters })
const logsFilter = z.union([
  z.enum(['all', 'allWithVotes']),
  z.object({ mentions: z.array(addressParam).length(1) }),
])

/**
 * The subscriptions that can be asked for, by method. Each throws RpcError for bad parameters. A notification that comes
 * only once waits `graceSlots`: clients listen for it only after they have read the answer to their subscription, and
 * lose one that arrives with it (seen with @solana/kit).
 */
export const SUBSCRIBE: Readonly<
  Record<string, (params: Params, world: World, graceSlots: number) => Subscription>
> = {
  slotSubscribe: (_params, world) => ({
    notification: 'slotNotification',
    onSlot: ({ slot }) => ({
      results: [{ parent: slot - 1, root: world.chain.slot('finalized'), slot }],
    }),
  }),

  signatureSubscribe(params, world, graceSlots) {
    const signature = params.get(0, signatureParam)
    const { commitment } = params.config(1, config)
    const from = world.chain.slot('processed') + graceSlots
    return {
      notification: 'signatureNotification',
      onSlot({ slot }) {
        if (slot < from) return NONE
        const status = world.chain.parts.history.status(signature)
        const seen = world.chain.slot(commitment)
        if (status === null || status.slot > seen) return NONE
        return { results: [withContext(seen, { err: status.err })], ended: true }
      },
    }
  },

  accountSubscribe(params, world) {
    const address = params.get(0, addressParam)
    const options = params.config(1, accountConfig)
    return {
      notification: 'accountNotification',
      onSlot() {
        const { ledger } = world.desk
        const slot = world.chain.slot(options.commitment)
        if (!ledger.changedIn(slot).has(address)) return NONE
        const account = ledger.readAt(address, slot) ?? CLOSED
        return { results: [withContext(slot, encodeAccount(account, options, decimalsAt(ledger, slot)))] }
      },
    }
  },

  programSubscribe(params, world) {
    const program = params.get(0, addressParam)
    const options = params.config(1, programConfig)
    return {
      notification: 'programNotification',
      onSlot() {
        const { ledger } = world.desk
        const slot = world.chain.slot(options.commitment)
        const decimals = decimalsAt(ledger, slot)
        const results: unknown[] = []
        for (const pubkey of ledger.changedIn(slot)) {
          const account = ledger.readAt(pubkey, slot)
          if (account?.owner === program && matchesFilters(account, options.filters))
            results.push(withContext(slot, { account: encodeAccount(account, options, decimals), pubkey }))
        }
        return { results }
      },
    }
  },

  logsSubscribe(params, world) {
    const filter = params.get(0, logsFilter)
    const { commitment } = params.config(1, config)
    const mentioned = typeof filter === 'string' ? undefined : filter.mentions[0]
    return {
      notification: 'logsNotification',
      onSlot(view) {
        const slot: number = world.chain.slot(commitment satisfies Commitment)
        const results = view
          .landedIn(slot)
          .filter(({ keys }) => mentioned === undefined || keys.includes(mentioned))
          .map(({ signature, err, logs }) => withContext(slot, { err, logs, signature }))
        return { results }
      },
    }
  },
}

/** How a closed account looks to those who follow it. */
const CLOSED: AccountState = {
  lamports: 0n,
  data: new Uint8Array(0),
  owner: '11111111111111111111111111111111',
  executable: false,
}
