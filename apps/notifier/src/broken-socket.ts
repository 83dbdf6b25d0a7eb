import { type Duplex } from 'node:stream'

/** A listener for 'error' of a socket that nobody reads from or writes to any more, or not yet: it ends. */
export function destroyBroken(this: Duplex): void {
  this.destroy()
}
