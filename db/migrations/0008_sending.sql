CREATE TABLE "bulk_action" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"kind" text NOT NULL,
	"filter" jsonb NOT NULL,
	"total" integer NOT NULL,
	"value" numeric(18, 2) NOT NULL,
	"actor" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"cancelled_by" text,
	"cancelled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "payable_attachment" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"invoice_id" uuid NOT NULL,
	"filename" text NOT NULL,
	"content_type" text NOT NULL,
	"size" integer NOT NULL,
	"sha256" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"added_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payable_attachment_invoiceId_filename_unique" UNIQUE("invoice_id","filename")
);
--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "send_by_schedule" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "keeps_files" boolean;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "queued_for" text DEFAULT 'send' NOT NULL;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "mark_before" text;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "bulk_id" uuid;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "ignored_reason" text;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "early_reason" text;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "undo_order" jsonb;--> statement-breakpoint
ALTER TABLE "push_part" ADD COLUMN "removal" jsonb;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "send_attachments" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "attachment_max_mb" integer DEFAULT 20 NOT NULL;--> statement-breakpoint
ALTER TABLE "bulk_action" ADD CONSTRAINT "bulk_action_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_attachment" ADD CONSTRAINT "payable_attachment_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_attachment" ADD CONSTRAINT "payable_attachment_invoice_id_payable_invoice_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."payable_invoice"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "bulk_action_account_id_index" ON "bulk_action" USING btree ("account","id");--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD CONSTRAINT "payable_invoice_bulk_id_bulk_action_id_fk" FOREIGN KEY ("bulk_id") REFERENCES "public"."bulk_action"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "payable_invoice_bulk" ON "payable_invoice" USING btree ("bulk_id");