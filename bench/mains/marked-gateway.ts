import { runService } from '@fillstream/runtime'
import { loadConfig } from '@fillstream/gateway/dist/config'
import { start } from '@fillstream/gateway/dist/start'
import { marksOf } from './marks'

// The gateway as it is; it notes when it accepts.
runService({ name: 'gateway', loadConfig, start }, marksOf('accepted.answering'))
