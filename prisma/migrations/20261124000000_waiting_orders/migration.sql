-- Orders that wait: limit, stop, trailing stop, sniper.

-- AlterTable
ALTER TABLE "orders" ADD COLUMN "limit_price" TEXT,
ADD COLUMN "price_unit" TEXT,
ADD COLUMN "resting" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "sniper" JSONB,
ADD COLUMN "threshold" DECIMAL(20,0),
ADD COLUMN "trailing_bps" INTEGER;

-- CreateTable
CREATE TABLE "triggers" (
    "order_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "last_seq" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "input_mint" TEXT NOT NULL,
    "output_mint" TEXT NOT NULL,
    "swap_mode" TEXT NOT NULL,
    "amount" DECIMAL(20,0) NOT NULL,
    "size_class" SMALLINT NOT NULL,
    "threshold" DECIMAL(20,0),
    "trailing_bps" INTEGER,
    "high_water" DECIMAL(40,0),
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "triggers_pkey" PRIMARY KEY ("order_id")
);

-- CreateIndex
CREATE INDEX "triggers_opened_at_order_id_idx" ON "triggers"("opened_at", "order_id");

-- AddForeignKey
ALTER TABLE "triggers" ADD CONSTRAINT "triggers_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;



-- What follows schema.prisma cannot say.

-- Orders that are at work: the sweeper's. resting changes when an order opens and when it leaves, so that those two steps
-- touch the index; those of an order that is routed, built and submitted still touch none (heap-only updates), since they
-- leave resting as it is.
CREATE INDEX "orders_working_idx" ON "orders"("id") WHERE "ended_at" IS NULL AND NOT "resting";

-- Orders that will expire, the next one first. Neither column changes before the end.
CREATE INDEX "orders_expiry_idx" ON "orders"("expires_at") WHERE "ended_at" IS NULL AND "expires_at" IS NOT NULL;

-- Orders that wait for a price, by pair; those that wait for a pool, by the token it is to sell. high_water, which is
-- raised again and again, is in neither.
CREATE INDEX "triggers_pair_idx" ON "triggers"("input_mint", "output_mint", "order_id") WHERE "kind" <> 'sniper';
CREATE INDEX "triggers_sniper_idx" ON "triggers"("output_mint", "order_id") WHERE "kind" = 'sniper';
ALTER TABLE "triggers" SET (fillfactor = 80);
