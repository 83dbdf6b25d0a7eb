import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'

/** A file that only grows. A write that returned survives the death of the process; once synced, that of the machine. */
export class AppendFile {
  private readonly descriptor: number
  private end: number
  private syncing = false
  private unsynced = false
  private closed = false

  constructor(path: string) {
    this.descriptor = openSync(path, 'a+', 0o600)
    this.end = fstatSync(this.descriptor).size
  }

  get size(): number {
    return this.end
  }

  append(bytes: Buffer): void {
    let written = 0
    while (written < bytes.length) written += writeSync(this.descriptor, bytes, written)
    this.end += bytes.length
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    let read = 0
    while (read < length) {
      const got = readSync(this.descriptor, bytes, read, length - read, offset + read)
      if (got === 0) return bytes.subarray(0, read)
      read += got
    }
    return bytes
  }

  /** Cuts off what comes after `size`: the tail that a death left half written. */
  truncate(size: number): void {
    if (size >= this.end) return
    ftruncateSync(this.descriptor, size)
    this.end = size
  }

  sync(): void {
    fdatasyncSync(this.descriptor)
  }

  /** Syncs without waiting; calls that come while one runs are served by one more. */
  syncSoon(): void {
    this.unsynced = true
    if (this.syncing || this.closed) return
    this.syncing = true
    this.unsynced = false
    fdatasync(this.descriptor, () => {
      this.syncing = false
      if (this.closed) closeSync(this.descriptor)
      else if (this.unsynced) this.syncSoon()
    })
  }

  close(): void {
    this.closed = true
    if (!this.syncing) closeSync(this.descriptor)
  }
}
