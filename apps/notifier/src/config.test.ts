import { ConfigError } from '@fillstream/runtime'
import { loadConfig } from './config'

const DATABASE_URL = 'postgresql://localhost/fillstream'

test('the defaults are those of the contract', () => {
  expect(loadConfig({ DATABASE_URL })).toMatchObject({
    NOTIFIER_PORT: 3001,
    DEMO_MODE: false,
    ALLOWED_ORIGINS: [],
    STREAM_HEARTBEAT_MS: 30_000,
    STREAM_PONG_TIMEOUT_MS: 10_000,
    STREAM_AUTH_TIMEOUT_MS: 5_000,
    STREAM_CHECK_MS: 2_000,
  })
})

test('origins are a list, the public address loses its last slash', () => {
  const config = loadConfig({
    DATABASE_URL,
    ALLOWED_ORIGINS: 'https://a.example, http://b.example:8080',
    PUBLIC_STREAM_URL: 'wss://stream.example/',
  })
  expect(config.ALLOWED_ORIGINS).toEqual(['https://a.example', 'http://b.example:8080'])
  expect(config.PUBLIC_STREAM_URL).toBe('wss://stream.example')
})

test.each([
  ['ALLOWED_ORIGINS', 'a.example'],
  ['ALLOWED_ORIGINS', 'https://a.example/path'],
  ['PUBLIC_STREAM_URL', 'http://a.example'],
  ['NOTIFIER_PORT', '70000'],
])('%s=%s is named', (name, value) => {
  expect(() => loadConfig({ DATABASE_URL, [name]: value })).toThrow(ConfigError)
  expect(() => loadConfig({ DATABASE_URL, [name]: value })).toThrow(name)
})
