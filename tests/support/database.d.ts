/** A migrated, empty database that `npm test` makes once; every test file clones it. */
export declare const TEMPLATE_DATABASE = 'fillstream_template'
export interface TestDatabase {
  readonly url: string
  readonly name: string
  /** Removes the database; connections that are still open are cut. */
  drop(): Promise<void>
}
/** A migrated database of this test file's own. Needs TEST_DATABASE_URL (`npm test` sets it). */
export declare function createTestDatabase(): Promise<TestDatabase>
/** A variable that the test run provides; says how to get it where it is missing. */
export declare function testVariable(name: string): string
//# sourceMappingURL=database.d.ts.map
