import { defineConfig } from 'tsup'

const common = {
  target: 'es2022',
  sourcemap: true,
  splitting: false,
  // tsup hands its own baseUrl to the compiler, which TypeScript 6 calls deprecated.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
} as const

export default defineConfig([
  { ...common, entry: { index: 'src/index.ts' }, format: ['cjs', 'esm'], platform: 'node', external: ['ws'] },
  { ...common, entry: { browser: 'src/browser.ts' }, format: ['cjs', 'esm'], platform: 'browser' },
  {
    ...common,
    entry: { cli: 'src/cli/main.ts' },
    format: ['cjs'],
    platform: 'node',
    external: ['ws'],
    dts: false,
  },
])
