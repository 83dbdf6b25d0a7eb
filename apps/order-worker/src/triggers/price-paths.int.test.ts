import { runPricePaths } from '../../test-support/price-paths'
import { startTriggerRig, type TriggerRig } from '../../test-support/trigger-rig'

let rig: TriggerRig
beforeAll(async () => {
  rig = await startTriggerRig({ TRIGGER_PARK_MS: 0, TRIGGER_LEASE_MS: 60_000 })
})
afterAll(() => rig.close())

test('price paths that touch and leave: the orders that a plain evaluator fires, each once', async () => {
  const outcomes = await runPricePaths(rig, 1_000, 20_261_124)
  expect(outcomes.filter(({ fires, times }) => times !== (fires ? 1 : 0))).toEqual([])
  const fired = outcomes.filter(({ fires }) => fires).length
  expect(Math.min(fired, outcomes.length - fired)).toBeGreaterThan(250)
}, 120_000)
