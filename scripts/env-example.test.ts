import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(__dirname, '..')

/** The variables that a configuration schema declares: its keys in capitals. */
function declaredIn(file: string): string[] {
  return [...readFileSync(join(root, file), 'utf8').matchAll(/^\s+([A-Z][A-Z0-9_]+):/gm)].flatMap(
    ([, name]) => name ?? [],
  )
}

test('.env.example lists every variable of every configuration', () => {
  const apps = readdirSync(join(root, 'apps')).map((app) => `apps/${app}/src/config.ts`)
  const files = [...apps.filter((file) => existsSync(join(root, file))), 'packages/runtime/src/config.ts']
  const declared = [...new Set(files.flatMap(declaredIn))]
  const example = readFileSync(join(root, '.env.example'), 'utf8')
  const listed = new Set([...example.matchAll(/^# ([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name))

  expect(declared).toContain('GATEWAY_PORT')
  expect(declared.filter((name) => !listed.has(name))).toEqual([])
})
