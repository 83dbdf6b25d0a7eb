import {
  countSchema,
  type Environment,
  parseConfig,
  portSchema,
  serviceConfig,
  simulationConfig,
} from '@fillstream/runtime'
import { z } from 'zod'

const schema = z.object({
  ...serviceConfig,
  ...simulationConfig,
  LOCALNET_PORT: portSchema.default(8899),
  LOCALNET_WS_PORT: portSchema.default(8900),
  LOCALNET_CONTROL_PORT: portSchema.default(8898),
  LOCALNET_REPLICA_PORT: portSchema.optional(),
  /** Between two launches of new tokens; 0: none but those that the control API is asked for. */
  SIM_LAUNCH_EVERY_MS: countSchema.default(60_000),
  LOCALNET_DATA_DIR: z.string().default('.data/localnet'),
})

/** localnet's configuration: three ports (JSON-RPC, PubSub, control API) and, where given, that of a second JSON-RPC address, where its state lies, and the simulation. */
export type LocalnetConfig = Readonly<z.infer<typeof schema>>

/** Parses the environment; throws ConfigError naming every bad variable. */
export function loadConfig(env: Environment): LocalnetConfig {
  return parseConfig(schema, env)
}
