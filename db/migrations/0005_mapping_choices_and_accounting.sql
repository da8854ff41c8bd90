CREATE TABLE "project_by_hand" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"procore_id" text NOT NULL,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_by_hand_companyId_procoreId_unique" UNIQUE("company_id","procore_id")
);
--> statement-breakpoint
CREATE TABLE "tax_test" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"project_id" uuid NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"outcome" text,
	"actor" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "mapping_task" DROP CONSTRAINT "mapping_task_companyId_kind_procoreId_unique";--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "is_erp_connected" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "create_where_erp" text DEFAULT 'ask' NOT NULL;--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "custom_segments" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "payable_invoice_line" ADD COLUMN "gl_code" text;--> statement-breakpoint
ALTER TABLE "procore_link" ADD COLUMN "is_foreign" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "mapping_task" ADD COLUMN "question" text DEFAULT 'match' NOT NULL;--> statement-breakpoint
ALTER TABLE "mapping_task" ADD COLUMN "record" jsonb;--> statement-breakpoint
ALTER TABLE "mapping_task" ADD COLUMN "raised_by" text;--> statement-breakpoint
ALTER TABLE "mapping_task" ADD COLUMN "decided_by" text;--> statement-breakpoint
ALTER TABLE "mapping_task" ADD COLUMN "decided_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "mapping_task" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "mapping_task" ADD COLUMN "chosen_id" uuid;--> statement-breakpoint
ALTER TABLE "mapping_task" ADD COLUMN "undo" jsonb;--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "is_erp_connected" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "project" ADD COLUMN "custom_segments" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "prefix_on_create" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "suffix_on_create" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "project_by_hand" ADD CONSTRAINT "project_by_hand_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_by_hand" ADD CONSTRAINT "project_by_hand_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tax_test" ADD CONSTRAINT "tax_test_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tax_test" ADD CONSTRAINT "tax_test_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "tax_test_account_project_id_id_index" ON "tax_test" USING btree ("account","project_id","id");--> statement-breakpoint
CREATE INDEX "mapping_task_account_state_id_index" ON "mapping_task" USING btree ("account","state","id");--> statement-breakpoint
ALTER TABLE "mapping_task" ADD CONSTRAINT "mapping_task_companyId_kind_procoreId_question_unique" UNIQUE("company_id","kind","procore_id","question");