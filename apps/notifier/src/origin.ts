const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

function parse(url: string): URL | null {
  return URL.canParse(url) ? new URL(url) : null
}

/**
 * Whether a page of `origin` may open a stream. Browsers always send an `Origin`, other clients none. The host that serves
 * the stream may (on any port; all names of the loopback are one host), and the `allowed` origins, such as
 * `https://app.example`. A page without an origin of its own (`null`) is foreign.
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true
  if (allowed.includes(origin)) return true
  const page = parse(origin)
  if (!page || !/^https?:$/.test(page.protocol) || host === undefined) return false
  const server = parse(`http://${host}`)?.hostname
  return (
    page.hostname === server || (server !== undefined && LOOPBACK.has(page.hostname) && LOOPBACK.has(server))
  )
}
