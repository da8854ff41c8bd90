CREATE TABLE "reconcile_run" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"mode" text NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"problem" text,
	"found" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"missed" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"calls" integer DEFAULT 0 NOT NULL,
	"project_calls" integer DEFAULT 0 NOT NULL,
	"projects" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"alive_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sync_cursor" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "sync_cursor_companyId_kind_unique" UNIQUE("company_id","kind")
);
--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "changes_every_minutes" integer DEFAULT 15 NOT NULL;--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "sweep_every_hours" integer DEFAULT 24 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_hook" ADD COLUMN "failing_deliveries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_hook" ADD COLUMN "discarded_deliveries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_hook" ADD COLUMN "discarded_delivery_id" text;--> statement-breakpoint
ALTER TABLE "webhook_hook" ADD COLUMN "deliveries_checked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "fetch_run" ADD COLUMN "stage_procore_ids" text[];--> statement-breakpoint
ALTER TABLE "fetch_run" ADD COLUMN "retry_of" uuid;--> statement-breakpoint
ALTER TABLE "fetch_run" ADD COLUMN "paused_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "inbox_event" ADD COLUMN "reconcile_run_id" uuid;--> statement-breakpoint
ALTER TABLE "procore_link" ADD COLUMN "listed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "reconcile_run" ADD CONSTRAINT "reconcile_run_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconcile_run" ADD CONSTRAINT "reconcile_run_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_cursor" ADD CONSTRAINT "sync_cursor_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sync_cursor" ADD CONSTRAINT "sync_cursor_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "reconcile_run_company_id_id_index" ON "reconcile_run" USING btree ("company_id","id");