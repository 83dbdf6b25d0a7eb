import type { Context } from './context'
import { EXIT, UsageError, type ExitCode } from './io'
import { showLaunch, showPrice } from './show-market'

/** What a pair can be traded at, live, until Ctrl-C. */
export async function prices(context: Context): Promise<ExitCode> {
  const { command, client, signal } = context
  const [input, output, ...others] = command.args
  if (input === undefined || output === undefined || others.length > 0)
    throw new UsageError('prices takes IN OUT, such as: fillstream prices SOL USDC')
  const book = await context.book()
  const pair = { inputMint: book.mintOf(input), outputMint: book.mintOf(output) }
  for await (const price of client.prices.watch(pair, { signal })) {
    context.data(price)
    context.say(showPrice(price, book))
  }
  return EXIT.ok
}

/** The pools of new tokens, live, until Ctrl-C. */
export async function launches(context: Context): Promise<ExitCode> {
  const { command, client, signal } = context
  if (command.args.length > 0) throw new UsageError('launches takes options alone')
  const book = await context.bookIfAny()
  for await (const launch of client.launches.watch({ signal })) {
    context.data(launch)
    context.say(showLaunch(launch, book))
  }
  return EXIT.ok
}
