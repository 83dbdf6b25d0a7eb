"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.createTestRedis = createTestRedis;
const node_crypto_1 = require("node:crypto");
const ioredis_1 = require("ioredis");
const database_1 = require("./database");
/** The tests' Redis with a key prefix of this test file's own. Needs TEST_REDIS_URL (`npm test` sets it). */
function createTestRedis() {
    const url = (0, database_1.testVariable)('TEST_REDIS_URL');
    const keyPrefix = `test-${(0, node_crypto_1.randomBytes)(6).toString('hex')}`;
    return { url, keyPrefix, clear: () => removeKeys(url, keyPrefix) };
}
async function removeKeys(url, prefix) {
    const redis = new ioredis_1.Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => null });
    redis.on('error', () => { });
    try {
        let cursor = '0';
        do {
            // A cluster hash tag may stand around or before the prefix.
            const [next, keys] = await redis.scan(cursor, 'MATCH', `*${prefix}*`, 'COUNT', 1_000);
            if (keys.length > 0)
                await redis.unlink(...keys);
            cursor = next;
        } while (cursor !== '0');
    }
    finally {
        redis.disconnect();
    }
}
//# sourceMappingURL=redis.js.map