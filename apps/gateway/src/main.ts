import { runService } from '@fillstream/runtime'
import { loadConfig } from './config'
import { start } from './start'

runService({ name: 'gateway', loadConfig, start })
