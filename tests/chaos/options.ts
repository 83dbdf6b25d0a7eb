import { parseArgs } from 'node:util'

export interface ChaosOptions {
  readonly seed: string
  readonly minutes: number
  /** Orders per second. */
  readonly rate: number
  /** Orders at most. */
  readonly orders: number
  /** Names of faults, or of their families (`kill`, `net`); empty: all. */
  readonly faults: readonly string[]
  /** Mean pause between two faults. */
  readonly pauseMs: number
  readonly rolling: boolean
  readonly withoutFence: boolean
  readonly keepLogs: boolean
}

export const HELP = `pnpm chaos [flags]

Starts the engine with two copies of each service on a Postgres, Redis and localnet of its own, drives orders through the public API,
breaks things by a schedule drawn from a seed, heals them, waits until all is quiet, and audits what is left. Exit code 0: nothing was
found.

  --seed TEXT       the same seed, the same schedule and orders (default: drawn, and printed)
  --minutes N       how long things are broken (default 5)
  --rate N          orders a second (default 40)
  --orders N        orders at most (default no bound)
  --faults a,b      only these: names or families, such as kill.gateway,net,chain (default all)
  --pause-ms N      mean pause from one fault to the next (default 1500)
  --rolling         instead of faults: a rolling restart of every service under load, a round a minute
                    of --minutes (try --rate 50 --minutes 1)
  --without-fence   order-worker without its compare-and-set: the run must find what that breaks
  --keep-logs       keep the logs of the processes also where nothing was found
  --list            the names of the faults
`

/** Reads the command line. Throws with a sentence for what it can't read; null where help was asked for. */
export function readOptions(args: readonly string[]): (ChaosOptions & { readonly list: boolean }) | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '5' },
      rate: { type: 'string', default: '40' },
      orders: { type: 'string', default: '1000000' },
      faults: { type: 'string', default: '' },
      'pause-ms': { type: 'string', default: '1500' },
      rolling: { type: 'boolean', default: false },
      'without-fence': { type: 'boolean', default: false },
      'keep-logs': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return null
  return {
    seed: values.seed ?? String(Math.floor(Math.random() * 1_000_000)),
    minutes: positive('--minutes', values.minutes),
    rate: positive('--rate', values.rate),
    orders: positive('--orders', values.orders),
    faults: values.faults.split(',').filter((name) => name !== ''),
    pauseMs: positive('--pause-ms', values['pause-ms']),
    rolling: values.rolling,
    withoutFence: values['without-fence'],
    keepLogs: values['keep-logs'],
    list: values.list,
  }
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`${name} takes a number above zero; it was given "${text}"`)
  return value
}
