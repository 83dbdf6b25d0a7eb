import { type Express } from 'express'
import { parse } from '../control/parse'
import { ControlError, invalid } from '../control/errors'
import { ChainOverloaded } from '../svm/chain'
import { type World } from '../world'
import { type Faults } from './faults'
import { faultSet, rollbackBody } from './schema'

/** `GET`, `PUT` and `DELETE /faults`, and `POST /faults/rollback`. */
export function mountFaults(app: Express, world: World, faults: Faults): void {
  app.get('/faults', (_request, response) => {
    response.json(faults.current)
  })
  app.put('/faults', (request, response) => {
    faults.set(parse(faultSet, request.body))
    response.json(faults.current)
  })
  app.delete('/faults', (_request, response) => {
    faults.set(faultSet.parse({}))
    response.json(faults.current)
  })
  app.post('/faults/rollback', async (request, response) => {
    response.json(await rollBack(world, request.body))
  })
}

async function rollBack(world: World, body: unknown): Promise<object> {
  const { slots, drop } = parse(rollbackBody, body)
  try {
    const { from, to, transactions } = await world.chain.rollBack(slots, drop)
    return { from, to, transactions: transactions.map(({ wire }) => wire.signature) }
  } catch (error) {
    if (error instanceof ChainOverloaded) throw new ControlError(503, 'OVERLOADED', error.message)
    throw error instanceof RangeError ? invalid(error.message) : error
  }
}
