import { ConfigError, printableConfig, readEnvironment, type Environment } from './config'
import { systemDeps, type Deps } from './deps'

/** A started service. */
export interface Service {
  /** Ordered stop: not ready, no new work, finish what runs, flush, close. */
  close(): Promise<void>
}

const STOP_BOUND_MS = 10_000

export interface ServiceDefinition<
  Config extends Readonly<Record<string, unknown>> & { readonly LOG_LEVEL: string },
> {
  readonly name: string
  loadConfig(env: Environment): Config
  start(config: Config, deps: Deps): Promise<Service>
}

/**
 * The whole of a `main.ts`: reads the configuration, starts, and stops in order on SIGTERM or SIGINT within 10 s.
 * Exits 1 with one clear line when the configuration is bad or the start fails.
 * @param replaced what a test's own `main` brings in the place of the real world's Deps
 */
export function runService<Config extends Readonly<Record<string, unknown>> & { readonly LOG_LEVEL: string }>(
  definition: ServiceDefinition<Config>,
  replaced: Partial<Deps> = {},
): void {
  void run(definition, replaced)
}

async function run<Config extends Readonly<Record<string, unknown>> & { readonly LOG_LEVEL: string }>(
  { name, loadConfig, start }: ServiceDefinition<Config>,
  replaced: Partial<Deps>,
): Promise<void> {
  let config: Config
  try {
    config = loadConfig(readEnvironment())
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${name}: ${error.message}\n`)
    process.exit(1)
  }
  const deps = { ...systemDeps(name, config.LOG_LEVEL), ...replaced }
  const { logger } = deps
  logger.info('starting', { config: printableConfig(config) })
  process.on('unhandledRejection', (reason) => logger.error('unhandled rejection', { error: reason }))
  let service: Service | undefined
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    logger.info('stopping', { signal })
    setTimeout(() => {
      logger.error('did not stop in time')
      process.exit(1)
    }, STOP_BOUND_MS).unref()
    void (service?.close() ?? Promise.resolve()).then(
      () => {
        logger.info('stopped')
        process.exit(process.exitCode ?? 0)
      },
      (error: unknown) => {
        logger.error('stop failed', { error })
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  try {
    service = await start(config, deps)
    if (stopping) await service.close()
    else logger.info('started')
  } catch (error) {
    logger.error('start failed', { error })
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
