// Preloaded into every service of a chaos run: SIGUSR2 makes its wall clock differ from the machine's by the milliseconds that
// the file CHAOS_CLOCK_FILE holds. What is measured on the monotonic clock is left alone, as on a machine whose date is set.
const { readFileSync } = require('node:fs')

const RealDate = Date
let offsetMs = 0

class SetDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offsetMs)
    else super(...given)
  }
  static now() {
    return RealDate.now() + offsetMs
  }
}
globalThis.Date = SetDate

const file = process.env.CHAOS_CLOCK_FILE
if (file) process.on('SIGUSR2', () => (offsetMs = Number(readFileSync(file, 'utf8'))))
