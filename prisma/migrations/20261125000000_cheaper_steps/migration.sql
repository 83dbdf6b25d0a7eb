-- What a step of an order need not do.

-- A row that hangs on an order is written by the statement that holds the order's row. A foreign key looks up and locks that
-- row once more for each of them: a third of an append of events. What it also does, refusing to remove an order that has a
-- history, stays.
ALTER TABLE "order_events" DROP CONSTRAINT "order_events_order_id_fkey";
ALTER TABLE "attempts" DROP CONSTRAINT "attempts_order_id_fkey";
ALTER TABLE "fills" DROP CONSTRAINT "fills_order_id_fkey";
ALTER TABLE "triggers" DROP CONSTRAINT "triggers_order_id_fkey";

CREATE FUNCTION "keep_order_history"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM order_events WHERE order_id = OLD.id) OR EXISTS (SELECT FROM attempts WHERE order_id = OLD.id)
    OR EXISTS (SELECT FROM fills WHERE order_id = OLD.id) OR EXISTS (SELECT FROM triggers WHERE order_id = OLD.id) THEN
    RAISE EXCEPTION 'order % has a history and stays', OLD.id USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER "orders_keep_history" BEFORE DELETE ON "orders" FOR EACH ROW EXECUTE FUNCTION "keep_order_history"();

-- Of these two names most orders have one at most, and an index keeps a row for NULL as well.
DROP INDEX "orders_account_id_client_order_id_key";
CREATE UNIQUE INDEX "orders_account_id_client_order_id_key" ON "orders"("account_id", "client_order_id")
  WHERE "client_order_id" IS NOT NULL;
DROP INDEX "orders_account_id_idempotency_key_key";
CREATE UNIQUE INDEX "orders_account_id_idempotency_key_key" ON "orders"("account_id", "idempotency_key")
  WHERE "idempotency_key" IS NOT NULL;

-- A row grows to three times what it was inserted with, when its route is known. Of orders that come in a burst every row of
-- a page changes in one statement, and only what finds room in its page leaves the indexes alone.
ALTER TABLE "orders" SET (fillfactor = 50);
