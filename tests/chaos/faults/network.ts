import { NETWORK_TARGETS, type NetworkTarget } from '../network'
import { SERVICE_COPIES } from '../stack'
import { type LinkState } from '../switchable-proxy'
import { type Random } from '../random'
import { type Fault, type FaultContext } from './fault'

/** The links of one process, or of all, to one server. */
function victims(target: NetworkTarget, { random }: FaultContext): readonly string[] {
  const speakers = SERVICE_COPIES.filter(
    (name) =>
      target === 'redis' ||
      (target === 'postgres' && !name.startsWith('dex-router')) ||
      (target === 'localnet' && /^(order-worker|dex-router)/.test(name)),
  )
  return random.chance(0.25) ? speakers : [random.pick(speakers)]
}

function network(
  what: string,
  targets: readonly NetworkTarget[],
  holdMs: Fault['holdMs'],
  stateOf: (random: Random) => LinkState,
): Fault[] {
  return targets.map((target) => ({
    name: `${what}.${target}`,
    resource: `net.${target}`,
    holdMs,
    inject(context) {
      const names = victims(target, context)
      const state = stateOf(context.random)
      for (const name of names) context.stack.network.set(name, target, state)
      return Promise.resolve(() => {
        for (const name of names) context.stack.network.set(name, target, { kind: 'pass' })
        return Promise.resolve()
      })
    },
  }))
}

export const NETWORK_FAULTS: readonly Fault[] = [
  ...network('net.cut', NETWORK_TARGETS, [200, 2_500], () => ({ kind: 'cut' })),
  ...network('net.delay', NETWORK_TARGETS, [1_000, 4_000], (random) => ({
    kind: 'delay',
    ms: random.between(20, 400),
  })),
  ...network('net.halfopen', NETWORK_TARGETS, [1_000, 5_000], () => ({ kind: 'halfOpen' })),
  // A reply that is lost after what it answers has happened: the sender can't tell it from a request that was lost.
  ...network('reply.lost', NETWORK_TARGETS, [500, 2_000], (random) => ({
    kind: 'loseReply',
    share: 0.02 + 0.1 * random.next(),
    draw: () => random.next(),
  })),
]
