import tseslint from 'typescript-eslint'

/** Imports go one way: types <- core <- runtime <- {messaging, store} <- apps; the sdk sees types only. */
const layers = {
  'packages/types': [],
  'packages/core': ['types'],
  'packages/runtime': ['types', 'core'],
  'packages/messaging': ['types', 'core', 'runtime'],
  prisma: ['types', 'core'],
  'packages/sdk': ['types'],
  apps: ['types', 'core', 'runtime', 'messaging', 'store'],
}
const rooms = [
  'types',
  'core',
  'runtime',
  'messaging',
  'store',
  'sdk',
  'gateway',
  'order-worker',
  'dex-router',
  'notifier',
  'localnet',
]

const layerRules = Object.entries(layers).map(([folder, allowed]) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: rooms.filter((room) => !allowed.includes(room)).map((room) => `@fillstream/${room}`),
            message: 'Imports go one way: see docs/architecture.md.',
          },
          ...(folder === 'prisma'
            ? []
            : [{ group: ['@prisma/*'], message: 'Only the store (prisma/) talks to Prisma.' }]),
        ],
      },
    ],
  },
}))

const noAmbient = {
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Take the time from Deps.clock.' },
    { object: 'Math', property: 'random', message: 'Take randomness from Deps.random.' },
    { object: 'process', property: 'env', message: 'Only packages/runtime reads the environment.' },
  ],
}

export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**', '**/node_modules/**', '.data/**', '**/*.cjs'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: {
      parserOptions: { project: './tsconfig.tests.json', tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, namedFrom: true } },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['apps/**/*.ts', 'packages/core/**/*.ts', 'packages/messaging/**/*.ts', 'prisma/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: noAmbient,
  },
  { files: ['packages/sdk/src/cli*.ts', 'packages/sdk/src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  { files: ['packages/sdk/tsup.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  ...layerRules,
  // An example imports the package by its name, as its readers do.
  {
    files: ['packages/sdk/examples/**/*.ts'],
    rules: { 'no-restricted-imports': 'off', 'no-console': 'off' },
  },
)
