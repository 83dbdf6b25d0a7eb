import { startTestGateway } from '../../../tests/support/gateway'

test('a gateway that stops says so first, and serves what still comes', async () => {
  const rig = await startTestGateway({ env: { DRAIN_MS: '2000' } })
  const stopped = rig.close()
  const ready = await rig.call('GET', '/readyz', { key: null })
  expect(ready.status).toBe(503)
  expect(ready.body).toMatchObject({ checks: { service: 'shutting down' } })
  const order = { inputMint: 'USDC', outputMint: 'SOL', amount: '150000000' }
  const placed = await rig.call('POST', '/v1/orders', { json: order })
  expect(placed.status).toBe(202)
  expect(placed.headers.get('connection')).toBe('close')
  await stopped
  await expect(rig.call('GET', '/readyz', { key: null })).rejects.toThrow()
})
