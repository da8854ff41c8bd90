CREATE TABLE "access_persona" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"name" text NOT NULL,
	"is_crew_member" boolean DEFAULT true NOT NULL,
	"is_crew_manager" boolean DEFAULT false NOT NULL,
	"approves_first" boolean DEFAULT false NOT NULL,
	"approves_second" boolean DEFAULT false NOT NULL,
	CONSTRAINT "access_persona_account_name_unique" UNIQUE("account","name")
);
--> statement-breakpoint
CREATE TABLE "entry_type" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"is_confidential" boolean DEFAULT false NOT NULL,
	"is_visible" boolean DEFAULT true NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "entry_type_account_name_unique" UNIQUE("account","name")
);
--> statement-breakpoint
CREATE TABLE "lentune_user" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"match_email" text,
	"employee_id" text,
	"user_group_id" uuid NOT NULL,
	"entry_type_id" uuid,
	"persona_id" uuid NOT NULL,
	"auth_user_id" text,
	"source" text DEFAULT 'local' NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lentune_user_account_authUserId_unique" UNIQUE("account","auth_user_id")
);
--> statement-breakpoint
CREATE TABLE "user_group" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"name" text NOT NULL,
	"approvals" integer DEFAULT 1 NOT NULL,
	"daily_hours" numeric(6, 2) DEFAULT '8.00' NOT NULL,
	"start_time" text DEFAULT '07:30' NOT NULL,
	"break_minutes" integer DEFAULT 30 NOT NULL,
	"week_starts_on" integer DEFAULT 1 NOT NULL,
	"labour_cost_type_id" uuid,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "user_group_account_name_unique" UNIQUE("account","name")
);
--> statement-breakpoint
CREATE TABLE "procore_directory" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"project_procore_id" text NOT NULL,
	"people" jsonb NOT NULL,
	"read_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "procore_directory_companyId_projectProcoreId_unique" UNIQUE("company_id","project_procore_id")
);
--> statement-breakpoint
CREATE TABLE "procore_time_type" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"procore_id" text NOT NULL,
	"name" text NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "procore_time_type_companyId_procoreId_unique" UNIQUE("company_id","procore_id")
);
--> statement-breakpoint
CREATE TABLE "time_project" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"mode" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "time_sheet" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"user_id" uuid NOT NULL,
	"week_start" date NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"submitted_by" text,
	"submitted_at" timestamp with time zone,
	"first_approved_by" text,
	"approved_by" text,
	"approved_at" timestamp with time zone,
	"rejected_reason" text,
	"rejected_by" text,
	"revision" integer DEFAULT 1 NOT NULL,
	"posted_revision" integer DEFAULT 0 NOT NULL,
	"integration" text,
	"queued_at" timestamp with time zone,
	"queued_by" text,
	"queued_priority" integer DEFAULT 0 NOT NULL,
	"dispatched_at" timestamp with time zone,
	"waiting_since" timestamp with time zone,
	"waiting_for" text,
	"go_live_override" text,
	"sent_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "time_sheet_account_userId_weekStart_unique" UNIQUE("account","user_id","week_start")
);
--> statement-breakpoint
CREATE TABLE "time_sheet_entry" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"time_sheet_id" uuid NOT NULL,
	"date" date NOT NULL,
	"project_id" uuid,
	"project_cost_code_id" uuid,
	"cost_type_id" uuid,
	"entry_type_id" uuid NOT NULL,
	"start_time" text,
	"end_time" text,
	"break_minutes" integer DEFAULT 0 NOT NULL,
	"hours" numeric(6, 2) NOT NULL,
	"description" text,
	"choice" text
);
--> statement-breakpoint
CREATE TABLE "time_type_mapping" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"entry_type_id" uuid NOT NULL,
	"procore_time_type_id" uuid NOT NULL,
	CONSTRAINT "time_type_mapping_companyId_entryTypeId_unique" UNIQUE("company_id","entry_type_id")
);
--> statement-breakpoint
CREATE TABLE "timecard_part" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"time_sheet_id" uuid NOT NULL,
	"entry_id" uuid NOT NULL,
	"part_key" text NOT NULL,
	"project_procore_id" text NOT NULL,
	"party_id" text NOT NULL,
	"date" date NOT NULL,
	"desired" jsonb,
	"agreed" jsonb,
	"procore_id" text,
	"sending" jsonb,
	"sending_token" text,
	"state" text DEFAULT 'planned' NOT NULL,
	"problem" jsonb,
	"sent_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "timecard_part_timeSheetId_partKey_unique" UNIQUE("time_sheet_id","part_key")
);
--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "sync_users" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "time_sheet_group_id" uuid;--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "time_sheet_entry_type_id" uuid;--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "time_sheet_persona_id" uuid;--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "go_live_date" date DEFAULT current_date NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "send_time_sheet_on_submission" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "send_time_sheet_after_approval" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "time_sheet_approval" text DEFAULT 'final' NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "send_time_sheets_by_schedule" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "access_persona" ADD CONSTRAINT "access_persona_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_type" ADD CONSTRAINT "entry_type_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lentune_user" ADD CONSTRAINT "lentune_user_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lentune_user" ADD CONSTRAINT "lentune_user_user_group_id_user_group_id_fk" FOREIGN KEY ("user_group_id") REFERENCES "public"."user_group"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lentune_user" ADD CONSTRAINT "lentune_user_entry_type_id_entry_type_id_fk" FOREIGN KEY ("entry_type_id") REFERENCES "public"."entry_type"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lentune_user" ADD CONSTRAINT "lentune_user_persona_id_access_persona_id_fk" FOREIGN KEY ("persona_id") REFERENCES "public"."access_persona"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lentune_user" ADD CONSTRAINT "lentune_user_auth_user_id_auth_user_id_fk" FOREIGN KEY ("auth_user_id") REFERENCES "public"."auth_user"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_group" ADD CONSTRAINT "user_group_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_group" ADD CONSTRAINT "user_group_labour_cost_type_id_cost_type_id_fk" FOREIGN KEY ("labour_cost_type_id") REFERENCES "public"."cost_type"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_directory" ADD CONSTRAINT "procore_directory_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_directory" ADD CONSTRAINT "procore_directory_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_time_type" ADD CONSTRAINT "procore_time_type_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_time_type" ADD CONSTRAINT "procore_time_type_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_project" ADD CONSTRAINT "time_project_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_project" ADD CONSTRAINT "time_project_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_sheet" ADD CONSTRAINT "time_sheet_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_sheet" ADD CONSTRAINT "time_sheet_user_id_lentune_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."lentune_user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_sheet_entry" ADD CONSTRAINT "time_sheet_entry_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_sheet_entry" ADD CONSTRAINT "time_sheet_entry_time_sheet_id_time_sheet_id_fk" FOREIGN KEY ("time_sheet_id") REFERENCES "public"."time_sheet"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_sheet_entry" ADD CONSTRAINT "time_sheet_entry_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_sheet_entry" ADD CONSTRAINT "time_sheet_entry_project_cost_code_id_project_cost_code_id_fk" FOREIGN KEY ("project_cost_code_id") REFERENCES "public"."project_cost_code"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_sheet_entry" ADD CONSTRAINT "time_sheet_entry_cost_type_id_cost_type_id_fk" FOREIGN KEY ("cost_type_id") REFERENCES "public"."cost_type"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_sheet_entry" ADD CONSTRAINT "time_sheet_entry_entry_type_id_entry_type_id_fk" FOREIGN KEY ("entry_type_id") REFERENCES "public"."entry_type"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_type_mapping" ADD CONSTRAINT "time_type_mapping_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_type_mapping" ADD CONSTRAINT "time_type_mapping_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_type_mapping" ADD CONSTRAINT "time_type_mapping_entry_type_id_entry_type_id_fk" FOREIGN KEY ("entry_type_id") REFERENCES "public"."entry_type"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "time_type_mapping" ADD CONSTRAINT "time_type_mapping_procore_time_type_id_procore_time_type_id_fk" FOREIGN KEY ("procore_time_type_id") REFERENCES "public"."procore_time_type"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "timecard_part" ADD CONSTRAINT "timecard_part_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "timecard_part" ADD CONSTRAINT "timecard_part_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "timecard_part" ADD CONSTRAINT "timecard_part_time_sheet_id_time_sheet_id_fk" FOREIGN KEY ("time_sheet_id") REFERENCES "public"."time_sheet"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "lentune_user_account_match_email_index" ON "lentune_user" USING btree ("account","match_email");--> statement-breakpoint
CREATE INDEX "lentune_user_account_employee_id_index" ON "lentune_user" USING btree ("account","employee_id");--> statement-breakpoint
CREATE INDEX "time_sheet_account_week_start_index" ON "time_sheet" USING btree ("account","week_start");--> statement-breakpoint
CREATE INDEX "time_sheet_queue" ON "time_sheet" USING btree ("queued_priority","queued_at") WHERE "time_sheet"."queued_at" is not null and "time_sheet"."dispatched_at" is null;--> statement-breakpoint
CREATE INDEX "time_sheet_entry_time_sheet_id_date_index" ON "time_sheet_entry" USING btree ("time_sheet_id","date");--> statement-breakpoint
CREATE INDEX "timecard_part_company_id_party_id_date_index" ON "timecard_part" USING btree ("company_id","party_id","date");--> statement-breakpoint
CREATE INDEX "timecard_part_company_id_procore_id_index" ON "timecard_part" USING btree ("company_id","procore_id");--> statement-breakpoint
ALTER TABLE "procore_company" ADD CONSTRAINT "procore_company_time_sheet_group_id_user_group_id_fk" FOREIGN KEY ("time_sheet_group_id") REFERENCES "public"."user_group"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_company" ADD CONSTRAINT "procore_company_time_sheet_entry_type_id_entry_type_id_fk" FOREIGN KEY ("time_sheet_entry_type_id") REFERENCES "public"."entry_type"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_company" ADD CONSTRAINT "procore_company_time_sheet_persona_id_access_persona_id_fk" FOREIGN KEY ("time_sheet_persona_id") REFERENCES "public"."access_persona"("id") ON DELETE no action ON UPDATE no action;