import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'

/** Writes a file so that it is there whole or not at all, readable by its owner alone. */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.draft`
  const descriptor = openSync(draft, 'w', 0o600)
  writeFileSync(descriptor, text)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(draft, path)
}
