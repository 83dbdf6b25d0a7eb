#!/usr/bin/env node
import { createClient } from '../index'
import { run } from './run'

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort())
process.once('SIGTERM', () => interrupt.abort())
// A reader that has seen enough (`| head`) closes the pipe: that is no error.
process.stdout.on('error', () => process.exit(0))

void run(process.argv.slice(2), {
  env: process.env,
  signal: interrupt.signal,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  createClient,
}).then((code) => {
  process.exitCode = code
})
