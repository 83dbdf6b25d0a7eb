import { FAULTS, chooseFaults } from './faults/catalogue'
import { createRandom } from './random'
import { planFaults } from './schedule'

const config = { durationMs: 120_000, pauseMs: 1_000 }
const plan = (seed: string) =>
  planFaults(FAULTS, createRandom(seed), config).map(({ fault, atMs, holdMs }) => [fault.name, atMs, holdMs])

test('a seed gives the same schedule again, another one another', () => {
  expect(plan('1')).toEqual(plan('1'))
  expect(plan('1')).not.toEqual(plan('2'))
})

test('every fault comes once before any comes again', () => {
  const names = plan('3').map(([name]) => name)
  expect(new Set(names.slice(0, FAULTS.length)).size).toBe(FAULTS.length)
})

test('faults are chosen by name or by family, and a name of none is refused', () => {
  expect(chooseFaults(FAULTS, ['kill.gateway', 'net.cut']).map(({ name }) => name)).toEqual([
    'kill.gateway',
    'net.cut.redis',
    'net.cut.postgres',
    'net.cut.localnet',
  ])
  expect(() => chooseFaults(FAULTS, ['kill.nobody'])).toThrow('there is no fault "kill.nobody"')
})
