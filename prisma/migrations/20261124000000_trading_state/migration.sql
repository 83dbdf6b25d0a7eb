-- CreateTable
CREATE TABLE "trading_state" (
    "id" INTEGER NOT NULL,
    "halted" BOOLEAN NOT NULL,
    "reason" TEXT,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "key_id" TEXT,

    CONSTRAINT "trading_state_pkey" PRIMARY KEY ("id")
);
