import { Redis } from 'ioredis'
import { answerQuotes } from './laden-quotes'
import { readSettings, tellReady } from './settings'

/* The router of the laden skeleton: a quote for whoever asks. */
const { redisUrl, prefix } = readSettings()
void answerQuotes(new Redis(redisUrl, { maxRetriesPerRequest: null }), new Redis(redisUrl), prefix)
tellReady()
