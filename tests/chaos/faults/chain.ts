import { type Random } from '../random'
import { NOTHING_TO_HEAL, type Fault } from './fault'

type Part = 'rpc' | 'replica' | 'submit' | 'landing' | 'pubsub'

function chain(
  name: string,
  part: Part,
  holdMs: Fault['holdMs'],
  valueOf: (random: Random) => object,
): Fault {
  return {
    name: `chain.${name}`,
    resource: `chain.${part}`,
    holdMs,
    async inject({ chain: faults, random }) {
      await faults.set(part, valueOf(random))
      return () => faults.set(part, null)
    },
  }
}

export const CHAIN_FAULTS: readonly Fault[] = [
  chain('slow', 'rpc', [1_000, 4_000], (random) => ({ delayMs: random.between(200, 3_000) })),
  chain('refuse', 'rpc', [500, 3_000], () => ({ refuse: true })),
  chain('429', 'rpc', [500, 3_000], () => ({ tooManyRequests: true })),
  chain('lag', 'replica', [2_000, 6_000], (random) => ({ lagSlots: random.between(5, 100) })),
  chain('submit-slow', 'submit', [1_000, 3_000], (random) => ({ delayMs: random.between(200, 6_000) })),
  chain('submit-429', 'submit', [500, 3_000], () => ({ tooManyRequests: true })),
  chain('lostanswer', 'submit', [1_000, 4_000], () => ({ loseAnswer: 0.5 })),
  chain('drop', 'landing', [1_000, 4_000], () => ({ drop: 0.5 })),
  chain('late', 'landing', [500, 2_000], () => ({ late: 0.5 })),
  chain('fail', 'landing', [500, 2_000], () => ({ fail: 0.3 })),
  chain('pubsub', 'pubsub', [1_000, 5_000], () => ({ silent: true })),
  {
    name: 'chain.rollback',
    resource: 'chain.rollback',
    holdMs: [0, 0],
    async inject({ chain: faults, random }) {
      await faults.rollback(random.between(1, 6), random.chance(0.4))
      return NOTHING_TO_HEAL
    },
  },
]
