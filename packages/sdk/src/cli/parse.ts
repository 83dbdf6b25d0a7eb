import { parseArgs } from 'node:util'
import { UsageError } from './io'

const GLOBAL = {
  url: { type: 'string' },
  'api-key': { type: 'string' },
  'stream-url': { type: 'string' },
  json: { type: 'boolean' },
  raw: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

/** The options of each command beside the global ones. */
const COMMANDS = {
  quote: { 'exact-out': { type: 'boolean' }, 'slippage-bps': { type: 'string' } },
  prices: {},
  launches: {},
  'order place': {
    in: { type: 'string' },
    out: { type: 'string' },
    amount: { type: 'string' },
    'exact-out': { type: 'boolean' },
    'slippage-bps': { type: 'string' },
    'max-impact-bps': { type: 'string' },
    limit: { type: 'string' },
    stop: { type: 'string' },
    per: { type: 'string' },
    'trailing-bps': { type: 'string' },
    snipe: { type: 'boolean' },
    'max-price': { type: 'string' },
    'min-liquidity': { type: 'string' },
    'max-open-delay-ms': { type: 'string' },
    'allow-mint': { type: 'boolean' },
    'allow-freeze': { type: 'boolean' },
    'max-creator-bps': { type: 'string' },
    'max-round-trip-bps': { type: 'string' },
    tif: { type: 'string' },
    expires: { type: 'string' },
    'client-order-id': { type: 'string' },
    'idempotency-key': { type: 'string' },
    watch: { type: 'boolean' },
  },
  'order get': { 'client-order-id': { type: 'boolean' } },
  'order list': {
    status: { type: 'string' },
    type: { type: 'string' },
    limit: { type: 'string' },
    cursor: { type: 'string' },
    all: { type: 'boolean' },
  },
  'order watch': { 'after-seq': { type: 'string' } },
  'order cancel': {},
  'admin halt': { reason: { type: 'string' } },
  'admin resume': {},
  'admin status': {},
} as const satisfies Record<string, Record<string, { type: 'string' | 'boolean' }>>

export type CommandName = keyof typeof COMMANDS

/** The words that need another one, and what that may be. */
const GROUPS: Readonly<Record<string, string>> = {
  order: 'place, get, list, watch or cancel',
  admin: 'halt, resume or status',
}

/** A command with what was said to it. */
export interface Command {
  readonly name: CommandName | 'help' | 'version'
  /** What the help is about. */
  readonly about: string
  readonly args: readonly string[]
  text(option: string): string | undefined
  flag(option: string): boolean
  /** @throws UsageError where it is no integer */
  integer(option: string): number | undefined
}

/**
 * Reads the words after `fillstream`.
 * @throws UsageError where they make no command
 */
export function parseCommand(argv: readonly string[]): Command {
  const words = argv.slice(0, isGroup(argv[0]) ? 2 : 1).filter((word) => !word.startsWith('-'))
  const name = words.join(' ')
  const wantsHelp = argv.length === 0 || argv.some((word) => word === '--help' || word === '-h')
  if (words[0] === 'help') return simple('help', argv.slice(1).join(' '))
  if (!isCommand(name)) {
    if (wantsHelp && (name === '' || isGroup(name))) return simple('help', name)
    if (name === '' && argv.includes('--version')) return simple('version', '')
    throw new UsageError(
      isGroup(name)
        ? `${name} what? ${GROUPS[name]}`
        : name === ''
          ? 'the command comes first, options after it'
          : `there is no command ${JSON.stringify(name)}`,
    )
  }
  if (wantsHelp) return simple('help', name)
  const { values, positionals } = parse(name, argv.slice(words.length))
  const text = (option: string) => {
    const value = values[option]
    return typeof value === 'string' ? value : undefined
  }
  return {
    name: values['version'] === true ? 'version' : name,
    about: name,
    args: positionals,
    text,
    flag: (option) => values[option] === true,
    integer: (option) => {
      const value = text(option)
      if (value === undefined) return undefined
      if (!/^\d{1,15}$/.test(value))
        throw new UsageError(`--${option} must be an integer, not ${JSON.stringify(value)}`)
      return Number(value)
    },
  }
}

function parse(name: CommandName, args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { ...GLOBAL, ...COMMANDS[name] } }) as {
      values: Record<string, string | boolean | undefined>
      positionals: string[]
    }
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0])
  }
}

function isGroup(word: string | undefined): word is string {
  return word !== undefined && Object.hasOwn(GROUPS, word)
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name)
}

function simple(name: 'help' | 'version', about: string): Command {
  return { name, about, args: [], text: () => undefined, flag: () => false, integer: () => undefined }
}
