import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { type AccountState } from '../svm/account'
import { temporaryDirectory } from '../testing/world'
import { StateStore } from './state-store'

const account = (lamports: bigint): AccountState => ({
  lamports,
  data: Buffer.from([1, 2, 3]),
  owner: '11111111111111111111111111111111',
  executable: false,
})

let directory = ''
beforeEach(() => (directory = temporaryDirectory()))
afterEach(() => rmSync(directory, { recursive: true }))

const journal = () =>
  join(directory, readdirSync(directory).find((name) => name.endsWith('.journal')) ?? 'none')

function written(): StateStore {
  const store = new StateStore(directory)
  store.snapshot({
    slot: 10,
    accounts: [
      ['a', account(1n)],
      ['b', account(2n)],
    ],
    facts: [['x', 5n]],
    logged: 7,
  })
  store.append({ slot: 11, accounts: [['a', account(3n)]], facts: [['y', 'text']], transactions: ['one'] })
  store.append({ slot: 12, accounts: [['b', null]], facts: [['x', null]], transactions: ['two', 'three'] })
  return store
}

it('gives back the snapshot and every slot since', () => {
  written()
  expect(new StateStore(directory).restored).toEqual({
    slot: 12,
    accounts: new Map([['a', account(3n)]]),
    facts: new Map([['y', 'text']]),
    logged: 7,
    transactions: ['one', 'two', 'three'],
  })
})

it('is empty in a new directory', () => {
  expect(new StateStore(directory).restored).toBeNull()
})

it('forgets a slot that was cut off in the middle of its write, at any byte, and nothing else', () => {
  written()
  const whole = readFileSync(journal())
  const first = whole.indexOf(0x0a) + 1
  for (const cut of [first + 1, first + 20, whole.length - 1]) {
    truncateSync(journal(), cut)
    const { restored } = new StateStore(directory)
    expect(restored?.slot).toBe(11)
    expect(restored?.transactions).toEqual(['one'])
    expect(readFileSync(journal()).length).toBe(first)
    appendFileSync(journal(), whole.subarray(first))
  }
  expect(new StateStore(directory).restored?.slot).toBe(12)
})

it('goes on after a cut as if nothing had been', () => {
  written()
  truncateSync(journal(), readFileSync(journal()).length - 3)
  const store = new StateStore(directory)
  store.append({ slot: 20, accounts: [['c', account(9n)]], facts: [], transactions: ['four'] })
  const { restored } = new StateStore(directory)
  expect(restored?.slot).toBe(20)
  expect(restored?.transactions).toEqual(['one', 'four'])
  expect([...(restored?.accounts.keys() ?? [])]).toEqual(['a', 'b', 'c'])
})

it('begins anew with a snapshot, and removes what it replaces', () => {
  const store = written()
  store.snapshot({ slot: 30, accounts: [['z', account(1n)]], facts: [], logged: 99 })
  expect(readdirSync(directory).sort()).toEqual(['state-2.journal', 'state-2.snapshot'])
  const { restored } = new StateStore(directory)
  expect(restored).toMatchObject({ slot: 30, logged: 99, transactions: [] })
  expect([...(restored?.accounts.keys() ?? [])]).toEqual(['z'])
})

it('asks for a snapshot when the journal has grown', () => {
  const store = written()
  expect(store.wantsSnapshot).toBe(false)
  const large = { ...account(1n), data: Buffer.alloc(1 << 20) }
  for (let each = 0; each < 13; each += 1)
    store.append({ slot: 40 + each, accounts: [['large', large]], facts: [], transactions: [] })
  expect(store.wantsSnapshot).toBe(true)
})
