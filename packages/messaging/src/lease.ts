/** Lua that gives up a lease which the owner still has. KEYS: lease. ARGV: owner. Answers 1 where it did. */
export const RELEASE_LEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end`
