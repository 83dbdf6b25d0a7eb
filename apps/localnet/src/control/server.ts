import express from 'express'
import {
  createApp,
  createHealth,
  type Deps,
  type Health,
  type HttpServer,
  listen,
  mountHealth,
} from '@fillstream/runtime'
import { type LocalnetEvents } from '../events'
import { connectionFaults } from '../faults/connection'
import { type Faults } from '../faults/faults'
import { mountFaults } from '../faults/routes'
import { mountLaunches } from '../launches/routes'
import { type World } from '../world'
import { ControlError, invalid, notFound } from './errors'
import { auditOf, poolOf, poolsOf, slotsOf, venueOf } from './views'
import { giveGrants, movePool, submit, topUp } from './actions'

const MAX_BODY = '64kb'

/** localnet's own API: the venue's co-signing submit, the faucet, and the handles that tests pull. */
export async function serveControl(
  world: World,
  faults: Faults,
  events: LocalnetEvents,
  deps: Pick<Deps, 'clock' | 'metrics'>,
  address: { host: string; port: number },
): Promise<{ server: HttpServer; health: Health }> {
  const app = createApp()
  const health = createHealth({ chain: async () => world.assertTicking() }, deps.clock)
  mountHealth(app, health, deps.metrics)
  app.use(express.json({ limit: MAX_BODY, strict: true }))

  app.get('/venue', (_request, response) => {
    response.json(venueOf(world))
  })
  app.get('/pools', (_request, response) => {
    response.json(poolsOf(world))
  })
  app.get('/pools/:address', (request, response) => {
    response.json(poolOf(world, request.params.address))
  })
  app.get('/slots', (request, response) => {
    response.json(slotsOf(world, request.query))
  })
  app.get('/audit', (_request, response) => {
    response.json(auditOf(world))
  })
  const submitFaults = connectionFaults(
    {
      name: 'submit',
      faults: () => faults.current.submit,
      tooManyRequests: { error: { code: 'TOO_MANY_REQUESTS', message: 'too many requests' } },
    },
    deps.clock,
    events,
  )
  app.post('/submit', submitFaults, async (request, response) => {
    const answer = await submit(world, events, request.body)
    if (faults.losesAnswer()) request.socket.destroy()
    else response.json(answer)
  })
  app.post('/faucet', async (request, response) => {
    response.json(await giveGrants(world, request.body))
  })
  app.post('/top-up', async (request, response) => {
    response.json(await topUp(world, request.body))
  })
  app.post('/pools/:address/move', async (request, response) => {
    response.json(await movePool(world, request.params.address, request.body))
  })

  mountFaults(app, world, faults)
  mountLaunches(app, world, events)

  app.use(() => {
    throw notFound('no such endpoint')
  })
  app.use(
    (error: unknown, request: express.Request, response: express.Response, _next: express.NextFunction) => {
      const known = toControlError(error)
      if (known.status >= 500) events.rpcFailed(`${request.method} ${request.path}`, error)
      response.status(known.status).json({ error: { code: known.code, message: known.message } })
    },
  )
  return { server: await listen(app, address), health }
}

function toControlError(error: unknown): ControlError {
  if (error instanceof ControlError) return error
  const { type, status } = error as { type?: string; status?: number }
  if (type === 'entity.too.large') return new ControlError(413, 'BODY_TOO_LARGE', 'the body is too large')
  if (status === 400) return invalid('the body is not JSON')
  return new ControlError(500, 'INTERNAL', 'internal error')
}
