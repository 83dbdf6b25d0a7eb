const GLOBAL = `
Everywhere
  --url URL          the engine           (FILLSTREAM_URL, default http://127.0.0.1:3000)
  --api-key KEY      the account's key    (FILLSTREAM_API_KEY; none in demo mode)
  --stream-url URL   the event stream     (FILLSTREAM_STREAM_URL, default: what the engine says)
  --json             JSON lines, amounts in base units, for machines
  --help, --version

Exit codes
  0 done   1 the order did not confirm   2 wrong usage   3 refused by the engine   4 engine unreachable`

const ID = `Amounts are decimals of the token (1.5 SOL); --raw takes and shows base units (1500000000).`

/** Help texts, by the words of the command. */
export const HELP: Readonly<Record<string, string>> = {
  '': `fillstream: place and follow orders on a Fillstream engine

  fillstream quote SOL USDC 1.5                              the best route now
  fillstream prices SOL USDC                                 what they can be traded at, live
  fillstream launches                                        the pools of new tokens, live
  fillstream order place --in SOL --out USDC --amount 1.5    submit an order
  fillstream order get ID                                    one order
  fillstream order list                                      the history, newest first
  fillstream order watch ID                                  its statuses as they arrive
  fillstream order cancel ID                                 until it is submitted
  fillstream admin halt                                      operators: stop trading, until admin resume

More: fillstream quote --help, fillstream order place --help, ...
${GLOBAL}`,

  quote: `fillstream quote IN OUT AMOUNT [--exact-out] [--slippage-bps N] [--raw]

The best route now, and what every venue would give. Nothing is executed.
${ID}

  --exact-out        AMOUNT is what arrives, of OUT
  --slippage-bps N   how far the result may be off, default 50 (0.5 %)
  --raw              base units

  fillstream quote SOL USDC 1.5
  fillstream quote USDC SOL 1 --exact-out
${GLOBAL}`,

  prices: `fillstream prices IN OUT [--raw]

What a whole token comes to, fees and impact included, at the best venue: the last price, then every new one, until
Ctrl-C. With --json every size that can be swapped.

  fillstream prices SOL USDC
  2026-01-02T03:04:05.000Z  slot 753  1 SOL -> 154.767883 USDC  0.006487213 SOL -> 1 USDC
${GLOBAL}`,

  launches: `fillstream launches [--raw]

The pools of new tokens: the last ones, then every new one, until Ctrl-C. To buy such a token as its pool opens:

  fillstream order place --in SOL --out MINT --amount 0.5 --snipe --max-price 0.001
${GLOBAL}`,

  order: `fillstream order place | get | list | watch | cancel

  fillstream order place --in SOL --out USDC --amount 1.5 --watch
  fillstream order get ID
  fillstream order list --status confirmed --limit 10
  fillstream order watch ID
  fillstream order cancel ID
${GLOBAL}`,

  'order place': `fillstream order place --in TOKEN --out TOKEN --amount AMOUNT [options]

Submits an order: a market order, unless --limit, --stop, --trailing-bps or --snipe says otherwise. Tokens are symbols of the token list, or mints.
${ID}

  --exact-out              AMOUNT is what arrives, of --out
  --slippage-bps N         how far the result may be off, default 50 (0.5 %)
  --max-impact-bps N       how far the order may move the price, default 1000
  --limit PRICE            wait until the order's own amount would get this price or a better one
  --stop PRICE             wait until it would get this price or a worse one
  --per A/B                how PRICE is written: units of A for one B; default --out for one --in
  --trailing-bps N         wait until the price is this far below its best, such as 250 (2.5 %)
  --snipe                  buy --out as soon as its pool opens, if it passes the checks
    --max-price PRICE        units of --in for one --out
    --min-liquidity AMOUNT   of --in that the pool must hold
    --max-open-delay-ms N    how long after the opening, default 60000
    --allow-mint             though more of the token can be minted
    --allow-freeze           though somebody can freeze accounts of the token
    --max-creator-bps N      the most of the supply that its creator may hold, default 2000 (20 %)
    --max-round-trip-bps N   the most that buying and selling back at once may lose, default 3000
  --tif IOC|GTC|GTD        how long it stands; default GTD, market IOC
  --expires TIME           with GTD, such as 2026-12-31T12:00:00Z; default in 7 days
  --client-order-id ID     your own id, unique per account
  --idempotency-key KEY    repeat a command safely: one key, one order
  --watch                  stay, and show the statuses as they arrive
  --raw                    base units

  fillstream order place --in SOL --out USDC --amount 1.5 --limit 150 --per USDC/SOL
  fillstream order place --in USDC --out SOL --amount 2 --exact-out --limit 140 --per USDC/SOL --tif GTC
${GLOBAL}`,

  'order get': `fillstream order get ID [--client-order-id] [--raw]

  --client-order-id    ID is the one that its sender gave it
${GLOBAL}`,

  'order list': `fillstream order list [--status STATUS] [--type TYPE] [--limit N] [--cursor CURSOR] [--all] [--raw]

The history, newest first.

  --status STATUS    pending, open, routing, building, submitted, confirmed, failed, cancelled or expired
  --type TYPE        market, limit, stop, trailingStop or sniper
  --limit N          orders of a page, 1 to 100, default 20
  --cursor CURSOR    the page after this one
  --all              every page
${GLOBAL}`,

  'order watch': `fillstream order watch ID [--after-seq N] [--raw]

The events of an order from the first one (or after N) until it is done, across dropped connections.
${GLOBAL}`,

  'order cancel': `fillstream order cancel ID [--raw]

Cancels an order that is not yet submitted.
${GLOBAL}`,

  admin: `fillstream admin halt | resume | status

For operators: the key needs the scope "admin".

  fillstream admin halt --reason "a venue misprices"
  fillstream admin status
  fillstream admin resume
${GLOBAL}`,

  'admin halt': `fillstream admin halt [--reason TEXT]

Stops trading for all accounts: new orders are refused, and no transaction is signed. What is signed already is settled,
accepted orders wait, cancelling works.

  --reason TEXT    told to every client that is refused
${GLOBAL}`,

  'admin resume': `fillstream admin resume

Trading goes on; orders that waited are executed.
${GLOBAL}`,

  'admin status': `fillstream admin status

Whether the engine trades, since when, and who said so why.
${GLOBAL}`,
}
