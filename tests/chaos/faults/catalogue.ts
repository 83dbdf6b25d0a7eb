import { BACKING_FAULTS } from './backing'
import { CHAIN_FAULTS } from './chain'
import { type Fault } from './fault'
import { NETWORK_FAULTS } from './network'
import { PROCESS_FAULTS } from './processes'

/** Every fault that needs no preparation. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...BACKING_FAULTS,
  ...NETWORK_FAULTS,
  ...CHAIN_FAULTS,
]

/** Those that are named, by name or by the beginning of it (`kill`, `net.cut`); all for an empty list. Throws for a name of none. */
export function chooseFaults(all: readonly Fault[], names: readonly string[]): Fault[] {
  if (names.length === 0) return [...all]
  const matches = (fault: Fault, name: string) => fault.name === name || fault.name.startsWith(`${name}.`)
  const unknown = names.find((name) => !all.some((fault) => matches(fault, name)))
  if (unknown !== undefined) throw new Error(`there is no fault "${unknown}"; --list names them`)
  return all.filter((fault) => names.some((name) => matches(fault, name)))
}
