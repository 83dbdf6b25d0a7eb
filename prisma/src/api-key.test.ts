import { createHash } from 'node:crypto'
import { formatApiKey, matchesSecret, parseApiKey } from './api-key'

const KEY = formatApiKey(Uint8Array.from({ length: 40 }, (_, i) => i))

test('a key of our form is found by the id that it shows', () => {
  expect(KEY).toBe(
    `fs_0001020304050607.${Buffer.from(Uint8Array.from({ length: 32 }, (_, i) => i + 8)).toString('hex')}`,
  )
  expect(parseApiKey(KEY)).toEqual({
    keyId: '0001020304050607',
    secretHash: createHash('sha256').update(KEY).digest(),
  })
})

test('any other text of 16 characters and more is found by its hash', () => {
  const hash = createHash('sha256').update('an operators own').digest()
  expect(parseApiKey('an operators own')).toEqual({
    keyId: hash.toString('hex').slice(0, 16),
    secretHash: hash,
  })
  expect(parseApiKey('fs_0001020304050607.short')?.keyId).not.toBe('0001020304050607')
})

test.each(['', 'fifteen letters', 'x'.repeat(513)])('%j is no key', (text) => {
  expect(parseApiKey(text)).toBeNull()
})

test('only the key itself matches what is stored', () => {
  const parsed = parseApiKey(KEY)
  const other = parseApiKey(`${KEY.slice(0, -1)}0`)
  if (!parsed || !other) throw new Error('not keys')
  expect(other.keyId).toBe(parsed.keyId)
  expect(matchesSecret(parsed.secretHash, parsed)).toBe(true)
  expect(matchesSecret(parsed.secretHash, other)).toBe(false)
  expect(matchesSecret(new Uint8Array(3), parsed)).toBe(false)
})

test('a key needs 40 random bytes', () => {
  expect(() => formatApiKey(new Uint8Array(32))).toThrow('40 random bytes')
})
