const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { runService } = require('../../../packages/runtime/dist')

/**
 * Runs a service as its own `main` does, until it reaches the checkpoint that the file `armed` in CRASH_DIR names: it
 * then leaves the file `reached` and kills itself. A service that is started again after that runs on.
 */
function runUntilCheckpoint(name) {
  const folder = process.env.CRASH_DIR
  const app = join(__dirname, '../../../apps', name, 'dist')
  const { loadConfig } = require(join(app, 'config.js'))
  const { start } = require(join(app, 'start.js'))
  const checkpoint = (point) => {
    if (readFileSync(join(folder, 'armed'), 'utf8') !== point) return
    writeFileSync(join(folder, 'armed'), '')
    writeFileSync(join(folder, 'reached'), `${point} ${process.pid}`)
    process.kill(process.pid, 'SIGKILL')
  }
  runService({ name, loadConfig, start }, { checkpoint })
}

module.exports = { runUntilCheckpoint }
