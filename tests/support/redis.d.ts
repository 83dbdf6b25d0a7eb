export interface TestRedis {
  readonly url: string
  /** Begins every key of this test file. */
  readonly keyPrefix: string
  /** Removes every key of this test file. */
  clear(): Promise<void>
}
/** The tests' Redis with a key prefix of this test file's own. Needs TEST_REDIS_URL (`npm test` sets it). */
export declare function createTestRedis(): TestRedis
//# sourceMappingURL=redis.d.ts.map
