CREATE TABLE "accounting_account" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "accounting_account_companyId_code_unique" UNIQUE("company_id","code")
);
--> statement-breakpoint
CREATE TABLE "accounting_company" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"connection_id" uuid NOT NULL,
	"organisation_id" text NOT NULL,
	"name" text NOT NULL,
	"is_chosen" boolean DEFAULT false NOT NULL,
	"lists_read_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounting_company_connectionId_organisationId_unique" UNIQUE("connection_id","organisation_id")
);
--> statement-breakpoint
CREATE TABLE "accounting_connection" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"system" text NOT NULL,
	"api_url" text NOT NULL,
	"consent_url" text NOT NULL,
	"identity_url" text NOT NULL,
	"client_id" text NOT NULL,
	"client_secret" text NOT NULL,
	"state" text DEFAULT 'disconnected' NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"access_token_expires_at" timestamp with time zone,
	"token_version" integer DEFAULT 0 NOT NULL,
	"connected_by" text,
	"connected_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounting_connection_account_apiUrl_unique" UNIQUE("account","api_url")
);
--> statement-breakpoint
CREATE TABLE "accounting_contact" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"payable_account_id" uuid NOT NULL,
	"match_name" text NOT NULL,
	"contact_id" text,
	"claimed_by" text,
	"claimed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounting_contact_companyId_payableAccountId_unique" UNIQUE("company_id","payable_account_id")
);
--> statement-breakpoint
CREATE TABLE "accounting_oauth_state" (
	"hash" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"connection_id" uuid NOT NULL,
	"session_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "accounting_tax_mapping" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"tax_code_id" uuid NOT NULL,
	"tax_type" text NOT NULL,
	CONSTRAINT "accounting_tax_mapping_companyId_taxCodeId_unique" UNIQUE("company_id","tax_code_id")
);
--> statement-breakpoint
CREATE TABLE "accounting_tax_rate" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"tax_type" text NOT NULL,
	"name" text NOT NULL,
	"rate" numeric(9, 4) NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "accounting_tax_rate_companyId_taxType_unique" UNIQUE("company_id","tax_type")
);
--> statement-breakpoint
CREATE TABLE "overhead_push" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"invoice_id" uuid NOT NULL,
	"queued_at" timestamp with time zone,
	"state" text NOT NULL,
	"waiting_since" timestamp with time zone,
	"waiting_for" text,
	"problems" jsonb DEFAULT '[]' NOT NULL,
	"procore_mark" text,
	"company_id" uuid,
	"target" text,
	"revision" integer,
	"desired" jsonb,
	"agreed" jsonb,
	"remote_id" text,
	"sending" jsonb,
	"sending_token" text,
	"sent_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "overhead_push_invoiceId_unique" UNIQUE("invoice_id")
);
--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "mixed_invoices" text DEFAULT 'split' NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "bill_status" text DEFAULT 'submitted' NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "bill_due_days" integer DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounting_account" ADD CONSTRAINT "accounting_account_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_account" ADD CONSTRAINT "accounting_account_company_id_accounting_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."accounting_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_company" ADD CONSTRAINT "accounting_company_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_company" ADD CONSTRAINT "accounting_company_connection_id_accounting_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."accounting_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_connection" ADD CONSTRAINT "accounting_connection_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_contact" ADD CONSTRAINT "accounting_contact_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_contact" ADD CONSTRAINT "accounting_contact_company_id_accounting_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."accounting_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_contact" ADD CONSTRAINT "accounting_contact_payable_account_id_payable_account_id_fk" FOREIGN KEY ("payable_account_id") REFERENCES "public"."payable_account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_oauth_state" ADD CONSTRAINT "accounting_oauth_state_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_oauth_state" ADD CONSTRAINT "accounting_oauth_state_connection_id_accounting_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."accounting_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_tax_mapping" ADD CONSTRAINT "accounting_tax_mapping_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_tax_mapping" ADD CONSTRAINT "accounting_tax_mapping_company_id_accounting_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."accounting_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_tax_mapping" ADD CONSTRAINT "accounting_tax_mapping_tax_code_id_tax_code_id_fk" FOREIGN KEY ("tax_code_id") REFERENCES "public"."tax_code"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_tax_rate" ADD CONSTRAINT "accounting_tax_rate_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounting_tax_rate" ADD CONSTRAINT "accounting_tax_rate_company_id_accounting_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."accounting_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "overhead_push" ADD CONSTRAINT "overhead_push_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "overhead_push" ADD CONSTRAINT "overhead_push_invoice_id_payable_invoice_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."payable_invoice"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "overhead_push" ADD CONSTRAINT "overhead_push_company_id_accounting_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."accounting_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "accounting_company_chosen" ON "accounting_company" USING btree ("connection_id") WHERE "accounting_company"."is_chosen";--> statement-breakpoint
CREATE UNIQUE INDEX "accounting_contact_claim" ON "accounting_contact" USING btree ("company_id","match_name") WHERE "accounting_contact"."contact_id" is null;--> statement-breakpoint
CREATE INDEX "overhead_push_account_state_index" ON "overhead_push" USING btree ("account","state");