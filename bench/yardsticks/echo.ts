import { startRpcServer } from '@fillstream/messaging'
import { createLogger, systemClock } from '@fillstream/runtime'
import { answerBare } from './bare-rpc'
import { ECHO, echoOperations } from './echo-operation'
import { readSettings, tellReady } from './settings'

/* Answers what it is asked with the same: over our request and reply, and bare. */
const { redisUrl, prefix } = readSettings()
startRpcServer(
  { redisUrl, prefix, service: ECHO },
  echoOperations,
  { echo: ({ text }) => Promise.resolve({ text }) },
  { clock: systemClock, logger: createLogger({ service: 'echo', level: 'error' }) },
)
void answerBare({ redisUrl, prefix }, (text) => text)
tellReady()
