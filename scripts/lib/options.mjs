import { parseArgs } from 'node:util'
import { Failure } from './failure.mjs'

/**
 * The flags of a script, also where npm has taken them for its own (`npm start --once` without the `--` between).
 * `descriptions` maps each flag to what --help says of it.
 */
export function readFlags(args, descriptions, env = process.env) {
  const options = Object.fromEntries(
    ['help', ...Object.keys(descriptions)].map((flag) => [flag, { type: 'boolean' }]),
  )
  let values
  try {
    values = parseArgs({ args, options }).values
  } catch (error) {
    throw new Failure(
      `${error.message.split('. ')[0]}. There are: ${Object.keys(options)
        .map((flag) => `--${flag}`)
        .join(', ')}.`,
    )
  }
  for (const flag of Object.keys(descriptions)) {
    if (env[`npm_config_${flag}`] === 'true') values[flag] = true
  }
  return values
}
