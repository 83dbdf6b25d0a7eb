import { answerBare } from './bare-rpc'
import { readSettings, tellReady } from './settings'

/* The router of the laden skeleton: to whoever asks, a quote that is always the same. */
/** As long as a route with the quotes of three venues, and the instructions of its swaps. */
const QUOTE = 'q'.repeat(2_450)

void answerBare(readSettings(), () => QUOTE)
tellReady()
