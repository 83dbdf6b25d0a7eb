"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.TEMPLATE_DATABASE = void 0;
exports.createTestDatabase = createTestDatabase;
exports.testVariable = testVariable;
const node_crypto_1 = require("node:crypto");
const pg_1 = require("pg");
/** A migrated, empty database that `npm test` makes once; every test file clones it. */
exports.TEMPLATE_DATABASE = 'fillstream_template';
/** A migrated database of this test file's own. Needs TEST_DATABASE_URL (`npm test` sets it). */
async function createTestDatabase() {
    const server = testVariable('TEST_DATABASE_URL');
    const name = `fillstream_test_${(0, node_crypto_1.randomBytes)(6).toString('hex')}`;
    await execute(server, `create database ${name} template ${exports.TEMPLATE_DATABASE}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return {
        url: url.toString(),
        name,
        drop: () => execute(server, `drop database if exists ${name} with (force)`),
    };
}
/** A variable that the test run provides; says how to get it where it is missing. */
function testVariable(name) {
    const value = process.env[name];
    if (!value)
        throw new Error(`${name} is not set: run this through "npm test -- --only int" (or e2e)`);
    return value;
}
async function execute(url, statement) {
    const client = new pg_1.Client({ connectionString: url });
    await client.connect();
    try {
        await client.query(statement);
    }
    finally {
        await client.end();
    }
}
//# sourceMappingURL=database.js.map