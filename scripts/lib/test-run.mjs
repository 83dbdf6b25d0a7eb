import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startBacking } from './backing.mjs'
import { bootstrap } from './bootstrap.mjs'
import { run } from './commands.mjs'
import { explain, Failure } from './failure.mjs'
import { createProgress } from './progress.mjs'
import { openRunFolder, removeRunFolder } from './run-folder.mjs'
import { whenAskedToStop } from './shutdown.mjs'

const PROJECT_WITHIN_MS = 15 * 60_000

/** What a change must pass besides its tests: `npm test -- --checks` runs these too, as .ci/run does. */
const CHECKS = {
  format: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  lint: ['eslint/bin/eslint.js', '--max-warnings', '0', '.'],
  types: ['typescript/bin/tsc', '-p', 'tsconfig.tests.json'],
}
/** The projects of jest.config.cjs, in the order of their cost; all but the first need Postgres and Redis. */
const PROJECTS = ['unit', 'int', 'e2e']

/** The whole of `npm test`, to the end of the process. The last line is `N passed, N failed`. */
export async function test({ root, args }) {
  const progress = createProgress()
  const signal = whenAskedToStop({
    onAsk: () => progress.print('\nStopping.'),
    onForce: () => process.exit(130),
  })
  const sum = { passed: 0, failed: 0 }
  try {
    const wanted = readArguments(args)
    if (wanted.help) {
      printHelp(progress)
      process.exit()
    }
    await runAll({ root, wanted, progress, signal, sum })
  } catch (error) {
    sum.failed++
    if (!signal.aborted) progress.print(explain(error))
  }
  progress.print(`${sum.passed} passed, ${sum.failed} failed`)
  process.exit(signal.aborted ? 130 : sum.failed > 0 ? 1 : 0)
}

async function runAll({ root, wanted, progress, signal, sum }) {
  await bootstrap({ root, env: process.env, progress, signal })
  if (wanted.checks) {
    for (const [name, command] of Object.entries(CHECKS)) {
      progress.say(name, 'checking')
      const [program, ...rest] = command
      const checked = await run(process.execPath, [join(root, 'node_modules', program), ...rest], {
        cwd: root,
        signal,
        inherit: true,
      })
      signal.throwIfAborted()
      if (checked.ok) continue
      sum.failed++
      progress.say(name, 'FAILED')
    }
  }
  const logDir = join(root, '.data/test-logs')
  const dataDir = openRunFolder(root, 'test')
  rmSync(logDir, { recursive: true, force: true })
  let backing
  try {
    for (const project of wanted.projects) {
      if (project !== 'unit') backing ??= await startBacking({ root, dataDir, progress, signal })
      progress.say(project, 'testing')
      const env = { ...process.env, ...backing?.env, TEST_LOG_DIR: logDir }
      const { passed, failed } = await runJest({ root, project, args: wanted.jestArgs, env, dataDir, signal })
      signal.throwIfAborted()
      sum.passed += passed
      sum.failed += failed
      progress.say(project, `${passed} passed, ${failed} failed`)
    }
  } finally {
    await backing?.close()
    removeRunFolder(dataDir)
    if (sum.failed === 0) rmSync(logDir, { recursive: true, force: true })
    else if (existsSync(logDir)) progress.say('logs', `of the processes that were tested: ${logDir}`)
  }
}

/** Runs one of jest's projects; a suite that can't run, or a jest that can't, counts as failed. */
async function runJest({ root, project, args, env, dataDir, signal }) {
  const results = join(dataDir, `${project}.json`)
  const own = ['--selectProjects', project, '--passWithNoTests', '--json', `--outputFile=${results}`]
  const command = [join(root, 'node_modules/jest/bin/jest.js'), ...own, '--maxWorkers=2', ...args]
  const within = AbortSignal.any([signal, AbortSignal.timeout(PROJECT_WITHIN_MS)])
  const { ok } = await run(process.execPath, command, { cwd: root, env, signal: within, inherit: true })
  if (!existsSync(results)) return { passed: 0, failed: 1 }
  const found = JSON.parse(readFileSync(results, 'utf8'))
  const failed = found.numFailedTests + found.numRuntimeErrorTestSuites
  return { passed: found.numPassedTests, failed: ok ? failed : Math.max(failed, 1) }
}

function readArguments(args) {
  const wanted = { projects: [...PROJECTS], checks: false, help: false, jestArgs: [] }
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]
    if (argument === '--help') wanted.help = true
    else if (argument === '--checks') wanted.checks = true
    else if (argument === '--only') wanted.projects = onlyThese(args[++index])
    else if (argument.startsWith('--only=')) wanted.projects = onlyThese(argument.slice('--only='.length))
    else wanted.jestArgs.push(argument)
  }
  return wanted
}

function onlyThese(names = '') {
  const chosen = names.split(',')
  if (chosen.every((name) => PROJECTS.includes(name))) return PROJECTS.filter((name) => chosen.includes(name))
  throw new Failure(`--only takes ${PROJECTS.join(', ')}; it was given "${names}".`)
}

function printHelp(progress) {
  progress.print(`npm test -- [flags] [what jest takes]

  --only unit|int|e2e   only these, separated by commas
  --checks              format, lint and types first, as .ci/run does

The tests bring a Postgres and a Redis of their own; TEST_DATABASE_URL and TEST_REDIS_URL give them others, in which they
make and drop databases.`)
}
