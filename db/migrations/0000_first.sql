CREATE TABLE "api_key" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_key_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "auth_account" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth_invitation" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"email" text NOT NULL,
	"role" text,
	"status" text DEFAULT 'pending' NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"inviter_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth_member" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"user_id" text NOT NULL,
	"role" text DEFAULT 'viewer' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth_organization" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"logo" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"metadata" text,
	CONSTRAINT "auth_organization_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "auth_session" (
	"id" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"token" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"user_id" text NOT NULL,
	"active_organization_id" text,
	CONSTRAINT "auth_session_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "auth_user" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "auth_user_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "auth_verification" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cost_type" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"code" text NOT NULL,
	"external_code" text NOT NULL,
	"description" text NOT NULL,
	"base_type" text,
	"gl_code" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cost_type_account_code_unique" UNIQUE("account","code")
);
--> statement-breakpoint
CREATE TABLE "master_cost_code" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"code" text NOT NULL,
	"external_code" text NOT NULL,
	"description" text NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "master_cost_code_account_code_unique" UNIQUE("account","code")
);
--> statement-breakpoint
CREATE TABLE "project_cost_code" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"project_id" uuid NOT NULL,
	"code" text NOT NULL,
	"external_code" text NOT NULL,
	"description" text NOT NULL,
	"sub_job_id" text,
	"sub_job_name" text,
	"is_postable" boolean DEFAULT true NOT NULL,
	"is_budgeted" boolean DEFAULT false NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_cost_code_projectId_code_unique" UNIQUE("project_id","code")
);
--> statement-breakpoint
CREATE TABLE "project_cost_code_type" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"project_cost_code_id" uuid NOT NULL,
	"cost_type_id" uuid NOT NULL,
	"source" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"verified_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_cost_code_type_projectCostCodeId_costTypeId_unique" UNIQUE("project_cost_code_id","cost_type_id")
);
--> statement-breakpoint
CREATE TABLE "oauth_state" (
	"hash" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"connection_id" uuid NOT NULL,
	"session_id" text NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "procore_company" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"connection_id" uuid NOT NULL,
	"procore_id" text NOT NULL,
	"name" text NOT NULL,
	"time_zone" text DEFAULT 'Pacific/Auckland' NOT NULL,
	"sync_projects" boolean DEFAULT true NOT NULL,
	"sync_vendors" boolean DEFAULT true NOT NULL,
	"sync_standard_cost_codes" boolean DEFAULT true NOT NULL,
	"sync_project_cost_codes" boolean DEFAULT true NOT NULL,
	"returns_stamp" boolean,
	"problem" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "procore_company_connectionId_procoreId_unique" UNIQUE("connection_id","procore_id")
);
--> statement-breakpoint
CREATE TABLE "procore_connection" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"api_url" text NOT NULL,
	"login_url" text NOT NULL,
	"client_id" text NOT NULL,
	"client_secret" text NOT NULL,
	"state" text DEFAULT 'disconnected' NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"access_token_expires_at" timestamp with time zone,
	"token_version" integer DEFAULT 0 NOT NULL,
	"procore_user_id" text,
	"procore_user_name" text,
	"connected_by" text,
	"connected_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "procore_connection_account_apiUrl_unique" UNIQUE("account","api_url")
);
--> statement-breakpoint
CREATE TABLE "project_stage" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"procore_id" text NOT NULL,
	"name" text NOT NULL,
	"category" text,
	"is_bidding" boolean DEFAULT false NOT NULL,
	"is_monitored" boolean DEFAULT false NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "project_stage_companyId_procoreId_unique" UNIQUE("company_id","procore_id")
);
--> statement-breakpoint
CREATE TABLE "rate_window" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"connection_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"allowed" integer NOT NULL,
	"used" integer DEFAULT 0 NOT NULL,
	"resets_at" timestamp with time zone NOT NULL,
	CONSTRAINT "rate_window_connectionId_kind_unique" UNIQUE("connection_id","kind")
);
--> statement-breakpoint
CREATE TABLE "webhook_hook" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"project_procore_id" text,
	"procore_id" text,
	"key" text NOT NULL,
	"secret" text NOT NULL,
	"payload_version" text NOT NULL,
	"last_event_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_hook_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "fetch_item" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"fetch_run_id" uuid NOT NULL,
	"project_procore_id" text NOT NULL,
	"project_name" text,
	"project_number" text,
	"state" text DEFAULT 'pending' NOT NULL,
	"reason" text,
	"finished_at" timestamp with time zone,
	CONSTRAINT "fetch_item_fetchRunId_projectProcoreId_unique" UNIQUE("fetch_run_id","project_procore_id")
);
--> statement-breakpoint
CREATE TABLE "fetch_run" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"start_date" date,
	"end_date" date,
	"project_procore_id" text,
	"state" text DEFAULT 'queued' NOT NULL,
	"problem" text,
	"counts" jsonb DEFAULT '{}' NOT NULL,
	"calls_used" integer DEFAULT 0 NOT NULL,
	"started_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "inbox_event" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid,
	"source" text NOT NULL,
	"flow" text,
	"scope" text,
	"record_kind" text,
	"record_id" text,
	"event_type" text,
	"delivery_key" text,
	"is_duplicate" boolean DEFAULT false NOT NULL,
	"payload" text,
	"fetch_item_id" uuid,
	"state" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"outcome" text,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "inbox_scope" (
	"flow" text NOT NULL,
	"scope" text NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid,
	"quiet_until" timestamp with time zone DEFAULT '-infinity' NOT NULL,
	"paid_until" timestamp with time zone DEFAULT '-infinity' NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"unanswered" integer DEFAULT 0 NOT NULL,
	"bulk" boolean DEFAULT false NOT NULL,
	CONSTRAINT "inbox_scope_flow_scope_pk" PRIMARY KEY("flow","scope")
);
--> statement-breakpoint
CREATE TABLE "payable_invoice" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"kind" text DEFAULT 'invoice' NOT NULL,
	"number" text NOT NULL,
	"match_number" text NOT NULL,
	"payable_account_id" uuid,
	"invoice_date" date NOT NULL,
	"description" text,
	"project_id" uuid,
	"project_cost_code_id" uuid,
	"cost_type_id" uuid,
	"total" numeric(18, 2) NOT NULL,
	"tax" numeric(18, 2) NOT NULL,
	"status" text DEFAULT 'entered' NOT NULL,
	"entered_by" text NOT NULL,
	"checked_by" text,
	"checked_at" timestamp with time zone,
	"approved_by" text,
	"approved_at" timestamp with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"integration" text,
	"queued_at" timestamp with time zone,
	"queued_by" text,
	"queued_priority" integer DEFAULT 0 NOT NULL,
	"dispatched_at" timestamp with time zone,
	"waiting_since" timestamp with time zone,
	"waiting_for" text,
	"problems" jsonb DEFAULT '[]' NOT NULL,
	"duplicate_choice" text,
	"sent_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "payable_invoice_line" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"invoice_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"project_id" uuid,
	"project_cost_code_id" uuid,
	"cost_type_id" uuid,
	"description" text,
	"quantity" numeric(24, 8),
	"unit_price" numeric(24, 8),
	"unit" text,
	"amount" numeric(18, 2) NOT NULL,
	"tax_code_id" uuid,
	CONSTRAINT "payable_invoice_line_invoiceId_position_unique" UNIQUE("invoice_id","position")
);
--> statement-breakpoint
CREATE TABLE "procore_link" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"local_id" uuid,
	"procore_id" text,
	"project_procore_id" text,
	"natural_key" text,
	"state" text DEFAULT 'linked' NOT NULL,
	"remote_updated_at" text,
	"content_hash" text,
	"claimed_by" text,
	"claimed_at" timestamp with time zone,
	"sending" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_event" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "document_wait" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"document_kind" text NOT NULL,
	"document_id" uuid NOT NULL,
	"code" text NOT NULL,
	"project_procore_id" text,
	"key" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "document_wait_documentId_code_key_unique" UNIQUE("document_id","code","key")
);
--> statement-breakpoint
CREATE TABLE "idempotency_key" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"key" text NOT NULL,
	"method" text NOT NULL,
	"path" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"body" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_key_account_key_unique" UNIQUE("account","key")
);
--> statement-breakpoint
CREATE TABLE "integration_log" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"document_kind" text NOT NULL,
	"document_id" text NOT NULL,
	"event" text NOT NULL,
	"result" text NOT NULL,
	"code" text,
	"message" text NOT NULL,
	"actor" text,
	"request" jsonb,
	"response" jsonb,
	"procore_request_id" text,
	"duration_ms" integer,
	"workflow_id" text,
	"run_id" text,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mapping_task" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"procore_id" text NOT NULL,
	"subject" text NOT NULL,
	"reason" text NOT NULL,
	"candidates" jsonb NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mapping_task_companyId_kind_procoreId_unique" UNIQUE("company_id","kind","procore_id")
);
--> statement-breakpoint
CREATE TABLE "project" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid,
	"code" text NOT NULL,
	"description" text NOT NULL,
	"stage_name" text,
	"time_zone" text,
	"is_monitored" boolean DEFAULT true NOT NULL,
	"not_monitored_reason" text,
	"keeps_tax" boolean,
	"has_budget" boolean,
	"warning" text,
	"fetched_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_account_code_unique" UNIQUE("account","code")
);
--> statement-breakpoint
CREATE TABLE "push_part" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"document_kind" text NOT NULL,
	"document_id" uuid NOT NULL,
	"part_key" text NOT NULL,
	"target" text NOT NULL,
	"project_procore_id" text NOT NULL,
	"revision" integer NOT NULL,
	"desired" jsonb,
	"agreed" jsonb,
	"procore_id" text,
	"sending" jsonb,
	"sending_token" text,
	"state" text DEFAULT 'planned' NOT NULL,
	"sent_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "push_part_documentId_partKey_unique" UNIQUE("document_id","part_key")
);
--> statement-breakpoint
CREATE TABLE "integration_settings" (
	"account" text PRIMARY KEY NOT NULL,
	"invoices_interface" text,
	"procore_setting_edit" boolean DEFAULT false NOT NULL,
	"create_missing_codes" boolean DEFAULT false NOT NULL,
	"check_cost_type" boolean DEFAULT false NOT NULL,
	"linked_codes_only" boolean DEFAULT false NOT NULL,
	"create_missing_vendors" boolean DEFAULT true NOT NULL,
	"rounding_tolerance" numeric(18, 2) DEFAULT '0.00' NOT NULL,
	"tax_tolerance" numeric(18, 2) DEFAULT '0.05' NOT NULL,
	"quantity_places" numeric(2, 0) DEFAULT '4' NOT NULL,
	"direct_cost_status" text DEFAULT 'approved' NOT NULL,
	"post_without_tax" boolean DEFAULT false NOT NULL,
	"self_approval" boolean DEFAULT false NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "procore_tax_code" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"procore_id" text NOT NULL,
	"code" text NOT NULL,
	"description" text,
	"rate" numeric(9, 4),
	"is_archived" boolean DEFAULT false NOT NULL,
	CONSTRAINT "procore_tax_code_companyId_procoreId_unique" UNIQUE("company_id","procore_id")
);
--> statement-breakpoint
CREATE TABLE "tax_code" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"code" text NOT NULL,
	"description" text NOT NULL,
	"rate" numeric(9, 4) NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tax_code_account_code_unique" UNIQUE("account","code")
);
--> statement-breakpoint
CREATE TABLE "tax_mapping" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"tax_code_id" uuid NOT NULL,
	"procore_tax_code_id" uuid NOT NULL,
	CONSTRAINT "tax_mapping_companyId_taxCodeId_unique" UNIQUE("company_id","tax_code_id")
);
--> statement-breakpoint
CREATE TABLE "payable_account" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"code" text NOT NULL,
	"description" text NOT NULL,
	"match_name" text NOT NULL,
	"address" text,
	"city" text,
	"postcode" text,
	"country_code" text,
	"phone" text,
	"email" text,
	"bank_account" text,
	"tax_number" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payable_account_account_code_unique" UNIQUE("account","code")
);
--> statement-breakpoint
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_account" ADD CONSTRAINT "auth_account_user_id_auth_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."auth_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_invitation" ADD CONSTRAINT "auth_invitation_organization_id_auth_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_invitation" ADD CONSTRAINT "auth_invitation_inviter_id_auth_user_id_fk" FOREIGN KEY ("inviter_id") REFERENCES "public"."auth_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_member" ADD CONSTRAINT "auth_member_organization_id_auth_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_member" ADD CONSTRAINT "auth_member_user_id_auth_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."auth_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth_session" ADD CONSTRAINT "auth_session_user_id_auth_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."auth_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cost_type" ADD CONSTRAINT "cost_type_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "master_cost_code" ADD CONSTRAINT "master_cost_code_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_cost_code" ADD CONSTRAINT "project_cost_code_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_cost_code" ADD CONSTRAINT "project_cost_code_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_cost_code_type" ADD CONSTRAINT "project_cost_code_type_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_cost_code_type" ADD CONSTRAINT "project_cost_code_type_project_cost_code_id_project_cost_code_id_fk" FOREIGN KEY ("project_cost_code_id") REFERENCES "public"."project_cost_code"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_cost_code_type" ADD CONSTRAINT "project_cost_code_type_cost_type_id_cost_type_id_fk" FOREIGN KEY ("cost_type_id") REFERENCES "public"."cost_type"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_state" ADD CONSTRAINT "oauth_state_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauth_state" ADD CONSTRAINT "oauth_state_connection_id_procore_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."procore_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_company" ADD CONSTRAINT "procore_company_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_company" ADD CONSTRAINT "procore_company_connection_id_procore_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."procore_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_connection" ADD CONSTRAINT "procore_connection_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_stage" ADD CONSTRAINT "project_stage_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_stage" ADD CONSTRAINT "project_stage_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rate_window" ADD CONSTRAINT "rate_window_connection_id_procore_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."procore_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_hook" ADD CONSTRAINT "webhook_hook_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_hook" ADD CONSTRAINT "webhook_hook_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fetch_item" ADD CONSTRAINT "fetch_item_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fetch_item" ADD CONSTRAINT "fetch_item_fetch_run_id_fetch_run_id_fk" FOREIGN KEY ("fetch_run_id") REFERENCES "public"."fetch_run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fetch_run" ADD CONSTRAINT "fetch_run_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fetch_run" ADD CONSTRAINT "fetch_run_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inbox_event" ADD CONSTRAINT "inbox_event_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inbox_scope" ADD CONSTRAINT "inbox_scope_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD CONSTRAINT "payable_invoice_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD CONSTRAINT "payable_invoice_payable_account_id_payable_account_id_fk" FOREIGN KEY ("payable_account_id") REFERENCES "public"."payable_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD CONSTRAINT "payable_invoice_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD CONSTRAINT "payable_invoice_project_cost_code_id_project_cost_code_id_fk" FOREIGN KEY ("project_cost_code_id") REFERENCES "public"."project_cost_code"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD CONSTRAINT "payable_invoice_cost_type_id_cost_type_id_fk" FOREIGN KEY ("cost_type_id") REFERENCES "public"."cost_type"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice_line" ADD CONSTRAINT "payable_invoice_line_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice_line" ADD CONSTRAINT "payable_invoice_line_invoice_id_payable_invoice_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."payable_invoice"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice_line" ADD CONSTRAINT "payable_invoice_line_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice_line" ADD CONSTRAINT "payable_invoice_line_project_cost_code_id_project_cost_code_id_fk" FOREIGN KEY ("project_cost_code_id") REFERENCES "public"."project_cost_code"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice_line" ADD CONSTRAINT "payable_invoice_line_cost_type_id_cost_type_id_fk" FOREIGN KEY ("cost_type_id") REFERENCES "public"."cost_type"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice_line" ADD CONSTRAINT "payable_invoice_line_tax_code_id_tax_code_id_fk" FOREIGN KEY ("tax_code_id") REFERENCES "public"."tax_code"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_link" ADD CONSTRAINT "procore_link_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_link" ADD CONSTRAINT "procore_link_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_event" ADD CONSTRAINT "audit_event_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_wait" ADD CONSTRAINT "document_wait_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "integration_log" ADD CONSTRAINT "integration_log_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mapping_task" ADD CONSTRAINT "mapping_task_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project" ADD CONSTRAINT "project_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project" ADD CONSTRAINT "project_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "push_part" ADD CONSTRAINT "push_part_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "push_part" ADD CONSTRAINT "push_part_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD CONSTRAINT "integration_settings_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_tax_code" ADD CONSTRAINT "procore_tax_code_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "procore_tax_code" ADD CONSTRAINT "procore_tax_code_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tax_code" ADD CONSTRAINT "tax_code_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tax_mapping" ADD CONSTRAINT "tax_mapping_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tax_mapping" ADD CONSTRAINT "tax_mapping_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tax_mapping" ADD CONSTRAINT "tax_mapping_tax_code_id_tax_code_id_fk" FOREIGN KEY ("tax_code_id") REFERENCES "public"."tax_code"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tax_mapping" ADD CONSTRAINT "tax_mapping_procore_tax_code_id_procore_tax_code_id_fk" FOREIGN KEY ("procore_tax_code_id") REFERENCES "public"."procore_tax_code"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_account" ADD CONSTRAINT "payable_account_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "auth_account_user_id_index" ON "auth_account" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "auth_member_organization_id_user_id_index" ON "auth_member" USING btree ("organization_id","user_id");--> statement-breakpoint
CREATE INDEX "auth_session_user_id_index" ON "auth_session" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "auth_verification_identifier_index" ON "auth_verification" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "project_cost_code_account_project_id_index" ON "project_cost_code" USING btree ("account","project_id");--> statement-breakpoint
CREATE INDEX "fetch_item_fetch_run_id_state_index" ON "fetch_item" USING btree ("fetch_run_id","state");--> statement-breakpoint
CREATE INDEX "inbox_event_due" ON "inbox_event" USING btree ("flow","scope","next_attempt_at") WHERE "inbox_event"."state" = 'pending';--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_event_delivery" ON "inbox_event" USING btree ("delivery_key") WHERE not "inbox_event"."is_duplicate";--> statement-breakpoint
CREATE INDEX "inbox_event_account" ON "inbox_event" USING btree ("account","id");--> statement-breakpoint
CREATE INDEX "inbox_scope_quiet_until_index" ON "inbox_scope" USING btree ("quiet_until");--> statement-breakpoint
CREATE INDEX "payable_invoice_account_id_index" ON "payable_invoice" USING btree ("account","id");--> statement-breakpoint
CREATE INDEX "payable_invoice_number" ON "payable_invoice" USING btree ("account","payable_account_id","match_number");--> statement-breakpoint
CREATE INDEX "payable_invoice_queue" ON "payable_invoice" USING btree ("queued_priority","queued_at") WHERE "payable_invoice"."queued_at" is not null and "payable_invoice"."dispatched_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "procore_link_remote" ON "procore_link" USING btree ("company_id","kind","procore_id") WHERE "procore_link"."procore_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "procore_link_local" ON "procore_link" USING btree ("company_id","kind","local_id") WHERE "procore_link"."local_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "procore_link_claim" ON "procore_link" USING btree ("company_id","kind","natural_key") WHERE "procore_link"."state" = 'creating';--> statement-breakpoint
CREATE INDEX "procore_link_account_kind_index" ON "procore_link" USING btree ("account","kind");--> statement-breakpoint
CREATE INDEX "audit_event_account_id_index" ON "audit_event" USING btree ("account","id");--> statement-breakpoint
CREATE INDEX "document_wait_account_key_index" ON "document_wait" USING btree ("account","key");--> statement-breakpoint
CREATE INDEX "integration_log_account_document_kind_document_id_id_index" ON "integration_log" USING btree ("account","document_kind","document_id","id");--> statement-breakpoint
CREATE INDEX "project_account_company_id_index" ON "project" USING btree ("account","company_id");--> statement-breakpoint
CREATE INDEX "push_part_account_document_id_index" ON "push_part" USING btree ("account","document_id");--> statement-breakpoint
CREATE INDEX "push_part_company_id_procore_id_index" ON "push_part" USING btree ("company_id","procore_id");--> statement-breakpoint
CREATE INDEX "payable_account_account_match_name_index" ON "payable_account" USING btree ("account","match_name");