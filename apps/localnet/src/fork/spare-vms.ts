import { type AddressBook } from '@fillstream/core'
import { Vm } from '../svm/vm'

const MAX_SPARE = 4

/** VMs for forks, used again when they are empty: making one takes tens of milliseconds, in which no slot comes. */
export class SpareVms {
  private readonly spare: Vm[] = []

  constructor(private readonly addresses: AddressBook) {}

  take(): Vm {
    return this.spare.pop() ?? new Vm(this.addresses)
  }

  /** Gives one back; `written` are all the accounts that must go. */
  giveBack(vm: Vm, written: Iterable<string>): void {
    if (this.spare.length >= MAX_SPARE) return
    for (const address of written) vm.write(address, null)
    this.spare.push(vm)
  }
}
