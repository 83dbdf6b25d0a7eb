import type { TradingState } from '../model/trading'
import type { Context } from './context'
import { EXIT, UsageError, type ExitCode } from './io'
import { table } from './table'

export async function halt(context: Context): Promise<ExitCode> {
  const { command, client, signal } = context
  noArguments(context)
  return show(context, await client.admin.halt({ reason: command.text('reason'), signal }))
}

export async function resume(context: Context): Promise<ExitCode> {
  noArguments(context)
  return show(context, await context.client.admin.resume({ signal: context.signal }))
}

export async function status(context: Context): Promise<ExitCode> {
  noArguments(context)
  return show(context, await context.client.admin.trading({ signal: context.signal }))
}

function noArguments({ command }: Context): void {
  if (command.args.length > 0) throw new UsageError(`${command.about} takes options alone`)
}

function show(context: Context, state: TradingState): ExitCode {
  const rows = [['trading', state.halted ? 'halted' : 'on']]
  if (state.since !== null) rows.push(['since', state.since])
  if (state.reason !== null) rows.push(['reason', state.reason])
  if (state.keyId !== null) rows.push(['by key', state.keyId])
  context.data(state)
  context.say(table(rows))
  return EXIT.ok
}
