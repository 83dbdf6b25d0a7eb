import { Session } from 'node:inspector'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Preloaded where BENCH_PROFILE is set: leaves a CPU profile of the whole process behind (`--cpu-prof` is not allowed in NODE_OPTIONS).
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.start')
process.on('exit', () => {
  session.post('Profiler.stop', (_error, { profile }) => {
    const name = `${(process.argv[1] ?? 'node').split('/').slice(-3).join('-')}-${process.pid}.cpuprofile`
    writeFileSync(join(process.env['BENCH_PROFILE'] ?? '.', name), JSON.stringify(profile))
  })
})
