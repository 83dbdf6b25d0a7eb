"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.realClock = void 0;
exports.openStore = openStore;
exports.newAccount = newAccount;
exports.newOrder = newOrder;
exports.steps = steps;
exports.submittedAttempt = submittedAttempt;
exports.eventually = eventually;
const node_crypto_1 = require("node:crypto");
const promises_1 = require("node:timers/promises");
const store_1 = require("@fillstream/store");
const types_1 = require("@fillstream/types");
const USDC_MINT = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkTwyTDt1v';
/** Waiting as the real clock does it. */
exports.realClock = {
    sleep: (ms, signal) => (0, promises_1.setTimeout)(ms, undefined, signal ? { signal } : {}),
};
function openStore(databaseUrl, config = {}) {
    return (0, store_1.createStore)({ databaseUrl, ...config }, { clock: exports.realClock });
}
/** A new account, and its id. */
async function newAccount(store) {
    const id = (0, node_crypto_1.randomUUID)();
    await store.accounts.create({ id, name: 'test' });
    return id;
}
/** An order that sells 1 SOL for USDC. */
function newOrder(accountId, fields = {}) {
    return {
        id: (0, node_crypto_1.randomUUID)(),
        accountId,
        clientOrderId: null,
        type: 'market',
        inputMint: types_1.WRAPPED_SOL_MINT,
        outputMint: USDC_MINT,
        swapMode: 'ExactIn',
        amount: 1000000000n,
        slippageBps: 50,
        maxPriceImpactBps: 1_000,
        timeInForce: 'IOC',
        expiresAt: null,
        limitPrice: null,
        priceUnit: null,
        threshold: null,
        trailingBps: null,
        sniper: null,
        minOutputAmount: null,
        maxInputAmount: null,
        priorityFee: { mode: 'auto', maxLamports: 1000000n },
        idempotencyKey: null,
        bodyHash: 'hash',
        eventId: (0, node_crypto_1.randomUUID)(),
        ...fields,
    };
}
/** The steps from `path[0]`, where an order stands at `expectedSeq`, to each of the other statuses. */
function steps(order, expectedSeq, path, fields = {}) {
    const [from, ...statuses] = path;
    return {
        orderId: order.id,
        accountId: order.accountId,
        from,
        expectedSeq,
        events: statuses.map((status) => ({ eventId: (0, node_crypto_1.randomUUID)(), status, phase: null, data: {} })),
        ...fields,
    };
}
/** A signed first attempt, as far as the store is concerned. */
function submittedAttempt(attempt = 1) {
    return {
        kind: 'submit',
        attempt,
        signature: (0, node_crypto_1.randomBytes)(44).toString('hex'),
        signedTransaction: (0, node_crypto_1.randomBytes)(64),
        lastValidBlockHeight: 150,
        genesisHash: 'genesis',
        reference: 'reference',
        venues: ['raydium-sim'],
        expectedAmount: 150000000n,
        leaseOwner: 'watcher-1',
        leaseMs: 10_000,
    };
}
/** Repeats `check` until it passes; fails with its last error after 10 s. */
async function eventually(check) {
    const end = performance.now() + 10_000;
    for (;;) {
        try {
            return await check();
        }
        catch (error) {
            if (performance.now() > end)
                throw error;
            await (0, promises_1.setTimeout)(10);
        }
    }
}
//# sourceMappingURL=store.js.map