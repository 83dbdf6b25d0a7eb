-- CreateEnum
CREATE TYPE "order_status" AS ENUM ('pending', 'open', 'routing', 'building', 'submitted', 'confirmed', 'failed', 'cancelled', 'expired');

-- CreateEnum
CREATE TYPE "attempt_status" AS ENUM ('submitted', 'confirmed', 'failed');

-- CreateTable
CREATE TABLE "accounts" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "account_seq" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "key_id" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "name" TEXT NOT NULL,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("key_id")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "client_order_id" TEXT,
    "idempotency_key" TEXT,
    "body_hash" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "status" "order_status" NOT NULL,
    "phase" TEXT,
    "input_mint" TEXT NOT NULL,
    "output_mint" TEXT NOT NULL,
    "swap_mode" TEXT NOT NULL,
    "amount" DECIMAL(20,0) NOT NULL,
    "slippage_bps" INTEGER NOT NULL,
    "max_price_impact_bps" INTEGER NOT NULL,
    "time_in_force" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "priority_fee_mode" TEXT NOT NULL,
    "priority_fee_max_lamports" DECIMAL(20,0) NOT NULL,
    "last_seq" INTEGER NOT NULL,
    "attempt_count" INTEGER NOT NULL DEFAULT 0,
    "run_after" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "min_output_amount" DECIMAL(20,0),
    "max_input_amount" DECIMAL(20,0),
    "route" JSONB,
    "input_used" DECIMAL(20,0),
    "output_amount" DECIMAL(20,0),
    "executed_price" TEXT,
    "tx_hash" TEXT,
    "fees" JSONB NOT NULL DEFAULT '[]',
    "failure" JSONB,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_events" (
    "order_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "account_id" UUID NOT NULL,
    "cursor" BIGINT NOT NULL,
    "event_id" UUID NOT NULL,
    "status" "order_status" NOT NULL,
    "phase" TEXT,
    "data" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "order_events_pkey" PRIMARY KEY ("order_id","seq")
);

-- CreateTable
CREATE TABLE "attempts" (
    "order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "account_id" UUID NOT NULL,
    "status" "attempt_status" NOT NULL,
    "signature" TEXT,
    "signed_transaction" BYTEA,
    "last_valid_block_height" BIGINT,
    "genesis_hash" TEXT,
    "reference" TEXT,
    "venues" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "expected_amount" DECIMAL(20,0),
    "slot" BIGINT,
    "code" TEXT,
    "message" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "resolved_at" TIMESTAMPTZ(3),
    "finalized_at" TIMESTAMPTZ(3),
    "lease_owner" TEXT,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("order_id","attempt")
);

-- CreateTable
CREATE TABLE "fills" (
    "order_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "signature" TEXT NOT NULL,
    "slot" BIGINT NOT NULL,
    "input_mint" TEXT NOT NULL,
    "output_mint" TEXT NOT NULL,
    "input_amount" DECIMAL(20,0) NOT NULL,
    "output_amount" DECIMAL(20,0) NOT NULL,
    "price" TEXT NOT NULL,
    "fees" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "fills_pkey" PRIMARY KEY ("order_id","attempt")
);

-- CreateIndex
CREATE INDEX "api_keys_account_id_idx" ON "api_keys"("account_id");

-- CreateIndex
CREATE INDEX "orders_account_id_created_at_id_idx" ON "orders"("account_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "orders_account_id_client_order_id_key" ON "orders"("account_id", "client_order_id");

-- CreateIndex
CREATE UNIQUE INDEX "orders_account_id_idempotency_key_key" ON "orders"("account_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "order_events_at_idx" ON "order_events" USING BRIN ("at");

-- CreateIndex
CREATE UNIQUE INDEX "order_events_account_id_cursor_key" ON "order_events"("account_id", "cursor");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_signature_key" ON "attempts"("signature");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_events" ADD CONSTRAINT "order_events_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fills" ADD CONSTRAINT "fills_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;



-- What follows schema.prisma cannot say.

-- Orders that are not finished: few among many. The index depends on ended_at alone, which changes once, so that the steps
-- of an order before its end touch no index at all (heap-only updates, for which the fill factor leaves room).
CREATE INDEX "orders_active_idx" ON "orders"("account_id", "id") WHERE "ended_at" IS NULL;
ALTER TABLE "orders" SET (fillfactor = 75);
ALTER TABLE "accounts" SET (fillfactor = 50);

-- What watchers look for: attempts whose outcome is unknown, and confirmed ones that could still be rolled back.
CREATE INDEX "attempts_unresolved_idx" ON "attempts"("started_at") WHERE "status" = 'submitted';
CREATE INDEX "attempts_not_finalized_idx" ON "attempts"("resolved_at") WHERE "status" = 'confirmed' AND "finalized_at" IS NULL;
