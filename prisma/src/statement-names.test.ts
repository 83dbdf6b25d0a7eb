import { createStatementNames } from './statement-names'

const nameAll = (url: string, count: number) => {
  const name = createStatementNames(url)
  return Array.from({ length: count }, (_, i) => name({ sql: `SELECT ${i}` }))
}

it('gives each text one name, and none beyond the bound', () => {
  const name = createStatementNames('postgresql://localhost/db')
  expect(name({ sql: 'SELECT 1' })).toBe(name({ sql: 'SELECT 1' }))
  const names = nameAll('postgresql://localhost/db', 1_000)
  const given = names.filter((one) => one !== '')
  expect(given).toHaveLength(200)
  expect(new Set(given).size).toBe(200)
})

it('names nothing behind a pooler that keeps no prepared statements', () => {
  expect(new Set(nameAll('postgresql://localhost/db?pgbouncer=true', 10))).toEqual(new Set(['']))
})
