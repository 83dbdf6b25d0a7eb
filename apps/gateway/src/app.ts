import {
  createApp,
  mountHealth,
  type Clock,
  type Health,
  type IdSource,
  type Metrics,
} from '@fillstream/runtime'
import { type Express } from 'express'
import { type GatewayEvents } from './events'
import { type Handlers } from './http/call'
import { allowOrigins } from './middleware/cors'
import { openRequest } from './middleware/opening'
import { answerProblems, unknownRoute, wrongMethod } from './middleware/problems'
import { mountDocuments } from './routes/documents'
import { registerOperations, type PipelineDeps } from './routes/register'

export interface GatewayAppDeps extends PipelineDeps {
  readonly handlers: Handlers
  readonly openApi: object
  readonly health: Health
  readonly metrics: Metrics
  readonly events: GatewayEvents
  readonly allowedOrigins: readonly string[]
  readonly clock: Clock
  readonly ids: IdSource
}

/** The whole HTTP face: what comes in first is named and counted, what comes out last is a problem document. */
export function createGatewayApp(deps: GatewayAppDeps): Express {
  const { handlers, openApi, health, metrics, events, allowedOrigins } = deps
  const app = createApp()
  app.use(openRequest(deps))
  app.use(allowOrigins(allowedOrigins))
  // First of the routes: Express tries them in their order, and these are the ones that are asked often.
  registerOperations(app, handlers, deps)
  mountHealth(app, health, metrics)
  for (const path of ['/healthz', '/readyz', '/metrics'])
    app.all(path, wrongMethod(['GET', 'HEAD', 'OPTIONS']))
  mountDocuments(app, openApi)
  app.use(unknownRoute)
  app.use(answerProblems(events))
  return app
}
