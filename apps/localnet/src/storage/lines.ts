import { crc32 } from 'node:zlib'
import { type AppendFile } from './append-file'

const CHUNK_BYTES = 1 << 20

/** One checked line: eight hex digits of the CRC, a blank, the text, a line feed. */
export function checkedLine(text: string): Buffer {
  const body = Buffer.from(text)
  return Buffer.concat([Buffer.from(`${crcOf(body)} `), body, Buffer.from('\n')])
}

/**
 * Calls back with every whole, undamaged line from the beginning, and returns the offset at which they end: what follows
 * was cut off by a death in the middle of a write.
 */
export function readLines(
  file: AppendFile,
  each: (text: string, offset: number, length: number) => void,
): number {
  let good = 0
  let rest: Buffer = Buffer.alloc(0)
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    rest = Buffer.concat([rest, file.read(at, Math.min(CHUNK_BYTES, file.size - at))])
    let start = 0
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a, start)) {
      const text = checkLine(rest.subarray(start, end))
      if (text === null) return good
      each(text, good, end + 1 - start)
      good += end + 1 - start
      start = end + 1
    }
    rest = rest.subarray(start)
  }
  return good
}

/** The text of a line without its line feed; null where the check fails. */
export function checkLine(line: Buffer): string | null {
  const body = line.subarray(9)
  return line.length >= 9 && line.subarray(0, 8).toString('latin1') === crcOf(body) ? body.toString() : null
}

function crcOf(body: Buffer): string {
  return crc32(body).toString(16).padStart(8, '0')
}
