/** One project per rung of the ladder: unit (pure), int (real Postgres and Redis), e2e (separately started processes). */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.tests.json', diagnostics: false }] },
  moduleNameMapper: {
    '^@fillstream/store$': '<rootDir>/prisma/src/index.ts',
    '^@fillstream/(.*)$': '<rootDir>/packages/$1/src/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/.data', '/dist/'],
}

module.exports = {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,packages,prisma,scripts}/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.int\\.test\\.ts$'],
    },
    {
      ...common,
      displayName: 'int',
      testMatch: [
        '<rootDir>/{apps,packages,prisma,scripts}/**/*.int.test.ts',
        '<rootDir>/tests/model/**/*.test.ts',
      ],
    },
    { ...common, displayName: 'e2e', testMatch: ['<rootDir>/tests/{e2e,chaos}/**/*.test.ts'] },
  ],
}
