/** Statements that a connection keeps prepared at most; what comes later is planned each time. */
const MOST_PREPARED = 200

/** Names a statement by its text; the empty name means that it is planned each time. */
export type NameStatement = (query: { readonly sql: string }) => string

/**
 * Postgres plans a named statement once for a connection: for the hot ones, planning costs more than running.
 * A pooler that hands connections on between transactions must know of prepared statements (PgBouncer since 1.21 with
 * `max_prepared_statements`); for one that does not, `pgbouncer=true` in the address, as Prisma has it, leaves all unnamed.
 */
export function createStatementNames(databaseUrl: string): NameStatement {
  const names = new Map<string, string>()
  const most = isPooled(databaseUrl) ? 0 : MOST_PREPARED
  return ({ sql }) => {
    const known = names.get(sql)
    if (known !== undefined) return known
    if (names.size >= most) return ''
    const name = `fillstream-${names.size + 1}`
    names.set(sql, name)
    return name
  }
}

/** Whether the address is of a pooler that knows of no prepared statements and of no options of a connection. */
export function isPooled(databaseUrl: string): boolean {
  return URL.canParse(databaseUrl) && new URL(databaseUrl).searchParams.get('pgbouncer') === 'true'
}
