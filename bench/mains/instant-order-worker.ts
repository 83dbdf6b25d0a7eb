import { runService } from '@fillstream/runtime'
import { loadConfig } from '@fillstream/order-worker/dist/config'
import { connectChain } from '@fillstream/order-worker/dist/adapters/chain/connect-chain'
import { start } from '@fillstream/order-worker/dist/start'
import { createInstantChain } from './instant-chain'
import { marksOf } from './marks'

// order-worker as it is, on a chain that lands everything at once.
runService(
  {
    name: 'order-worker',
    loadConfig,
    start: (config, deps) => start(config, deps, createInstantChain(connectChain(config, deps.clock).chain)),
  },
  marksOf('job.taken'),
)
