ALTER TABLE "webhook_hook" ADD COLUMN "trigger_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "inbox_event" ADD COLUMN "fetch_run_id" uuid;--> statement-breakpoint
CREATE INDEX "inbox_event_fetch" ON "inbox_event" USING btree ("fetch_run_id") WHERE "inbox_event"."state" = 'pending' and "inbox_event"."fetch_run_id" is not null;