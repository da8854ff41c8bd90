ALTER TABLE "procore_company" ADD COLUMN "lock_date" date;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "locked_reason" text;