CREATE TABLE "purchase_order" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"number" text NOT NULL,
	"description" text,
	"payable_account_id" uuid,
	"vendor_procore_id" text,
	"vendor_name" text,
	"procore_status" text NOT NULL,
	"is_accepted" boolean NOT NULL,
	"is_private" boolean DEFAULT false NOT NULL,
	"is_executed" boolean DEFAULT false NOT NULL,
	"accounting_method" text DEFAULT 'amount' NOT NULL,
	"retainage_percent" numeric(7, 4),
	"invoiced" numeric(18, 2) DEFAULT '0.00' NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "purchase_order_line" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"procore_id" text,
	"position" integer NOT NULL,
	"description" text,
	"project_cost_code_id" uuid,
	"cost_code_procore_id" text,
	"cost_code_text" text,
	"cost_type_id" uuid,
	"cost_type_procore_id" text,
	"wbs_code_procore_id" text,
	"tax_code_procore_id" text,
	"quantity" numeric(24, 8),
	"unit_price" numeric(24, 8),
	"unit" text,
	"amount" numeric(18, 2) NOT NULL,
	"claimed" numeric(18, 2) DEFAULT '0.00' NOT NULL,
	"is_removed" boolean DEFAULT false NOT NULL,
	"commitment_id" uuid NOT NULL,
	CONSTRAINT "purchase_order_line_commitmentId_procoreId_unique" UNIQUE("commitment_id","procore_id")
);
--> statement-breakpoint
CREATE TABLE "sub_contract" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"number" text NOT NULL,
	"description" text,
	"payable_account_id" uuid,
	"vendor_procore_id" text,
	"vendor_name" text,
	"procore_status" text NOT NULL,
	"is_accepted" boolean NOT NULL,
	"is_private" boolean DEFAULT false NOT NULL,
	"is_executed" boolean DEFAULT false NOT NULL,
	"accounting_method" text DEFAULT 'amount' NOT NULL,
	"retainage_percent" numeric(7, 4),
	"invoiced" numeric(18, 2) DEFAULT '0.00' NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sub_contract_line" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"procore_id" text,
	"position" integer NOT NULL,
	"description" text,
	"project_cost_code_id" uuid,
	"cost_code_procore_id" text,
	"cost_code_text" text,
	"cost_type_id" uuid,
	"cost_type_procore_id" text,
	"wbs_code_procore_id" text,
	"tax_code_procore_id" text,
	"quantity" numeric(24, 8),
	"unit_price" numeric(24, 8),
	"unit" text,
	"amount" numeric(18, 2) NOT NULL,
	"claimed" numeric(18, 2) DEFAULT '0.00' NOT NULL,
	"is_removed" boolean DEFAULT false NOT NULL,
	"commitment_id" uuid NOT NULL,
	CONSTRAINT "sub_contract_line_commitmentId_procoreId_unique" UNIQUE("commitment_id","procore_id")
);
--> statement-breakpoint
CREATE TABLE "variation" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"purchase_order_id" uuid,
	"sub_contract_id" uuid,
	"number" text NOT NULL,
	"description" text,
	"procore_status" text NOT NULL,
	"status_name" text NOT NULL,
	"state" text NOT NULL,
	"amount" numeric(18, 2) NOT NULL,
	"worth" numeric(18, 2) NOT NULL,
	"problem" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "variation_of_one" CHECK (num_nonnulls("variation"."purchase_order_id", "variation"."sub_contract_id") = 1),
	CONSTRAINT "variation_money" CHECK ("variation"."worth" = 0 or "variation"."state" = 'approved')
);
--> statement-breakpoint
CREATE TABLE "variation_line" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"procore_id" text,
	"position" integer NOT NULL,
	"description" text,
	"project_cost_code_id" uuid,
	"cost_code_procore_id" text,
	"cost_code_text" text,
	"cost_type_id" uuid,
	"cost_type_procore_id" text,
	"wbs_code_procore_id" text,
	"tax_code_procore_id" text,
	"quantity" numeric(24, 8),
	"unit_price" numeric(24, 8),
	"unit" text,
	"amount" numeric(18, 2) NOT NULL,
	"claimed" numeric(18, 2) DEFAULT '0.00' NOT NULL,
	"is_removed" boolean DEFAULT false NOT NULL,
	"variation_id" uuid NOT NULL,
	CONSTRAINT "variation_line_variationId_procoreId_unique" UNIQUE("variation_id","procore_id")
);
--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "sync_sub_contracts" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "purchase_order_master" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "only_approved_variations" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD CONSTRAINT "purchase_order_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD CONSTRAINT "purchase_order_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD CONSTRAINT "purchase_order_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD CONSTRAINT "purchase_order_payable_account_id_payable_account_id_fk" FOREIGN KEY ("payable_account_id") REFERENCES "public"."payable_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchase_order_line" ADD CONSTRAINT "purchase_order_line_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchase_order_line" ADD CONSTRAINT "purchase_order_line_project_cost_code_id_project_cost_code_id_fk" FOREIGN KEY ("project_cost_code_id") REFERENCES "public"."project_cost_code"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchase_order_line" ADD CONSTRAINT "purchase_order_line_cost_type_id_cost_type_id_fk" FOREIGN KEY ("cost_type_id") REFERENCES "public"."cost_type"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchase_order_line" ADD CONSTRAINT "purchase_order_line_commitment_id_purchase_order_id_fk" FOREIGN KEY ("commitment_id") REFERENCES "public"."purchase_order"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sub_contract" ADD CONSTRAINT "sub_contract_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sub_contract" ADD CONSTRAINT "sub_contract_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sub_contract" ADD CONSTRAINT "sub_contract_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sub_contract" ADD CONSTRAINT "sub_contract_payable_account_id_payable_account_id_fk" FOREIGN KEY ("payable_account_id") REFERENCES "public"."payable_account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sub_contract_line" ADD CONSTRAINT "sub_contract_line_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sub_contract_line" ADD CONSTRAINT "sub_contract_line_project_cost_code_id_project_cost_code_id_fk" FOREIGN KEY ("project_cost_code_id") REFERENCES "public"."project_cost_code"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sub_contract_line" ADD CONSTRAINT "sub_contract_line_cost_type_id_cost_type_id_fk" FOREIGN KEY ("cost_type_id") REFERENCES "public"."cost_type"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sub_contract_line" ADD CONSTRAINT "sub_contract_line_commitment_id_sub_contract_id_fk" FOREIGN KEY ("commitment_id") REFERENCES "public"."sub_contract"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variation" ADD CONSTRAINT "variation_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variation" ADD CONSTRAINT "variation_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variation" ADD CONSTRAINT "variation_project_id_project_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."project"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variation" ADD CONSTRAINT "variation_purchase_order_id_purchase_order_id_fk" FOREIGN KEY ("purchase_order_id") REFERENCES "public"."purchase_order"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variation" ADD CONSTRAINT "variation_sub_contract_id_sub_contract_id_fk" FOREIGN KEY ("sub_contract_id") REFERENCES "public"."sub_contract"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variation_line" ADD CONSTRAINT "variation_line_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variation_line" ADD CONSTRAINT "variation_line_project_cost_code_id_project_cost_code_id_fk" FOREIGN KEY ("project_cost_code_id") REFERENCES "public"."project_cost_code"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variation_line" ADD CONSTRAINT "variation_line_cost_type_id_cost_type_id_fk" FOREIGN KEY ("cost_type_id") REFERENCES "public"."cost_type"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "variation_line" ADD CONSTRAINT "variation_line_variation_id_variation_id_fk" FOREIGN KEY ("variation_id") REFERENCES "public"."variation"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "purchase_order_account_number_id_index" ON "purchase_order" USING btree ("account","number","id");--> statement-breakpoint
CREATE INDEX "purchase_order_project_id_index" ON "purchase_order" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "sub_contract_account_number_id_index" ON "sub_contract" USING btree ("account","number","id");--> statement-breakpoint
CREATE INDEX "sub_contract_project_id_index" ON "sub_contract" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "variation_purchase_order_id_index" ON "variation" USING btree ("purchase_order_id");--> statement-breakpoint
CREATE INDEX "variation_sub_contract_id_index" ON "variation" USING btree ("sub_contract_id");--> statement-breakpoint
ALTER TABLE "procore_company" ADD CONSTRAINT "purchase_order_master" CHECK ("procore_company"."purchase_order_master" in ('none', 'procore', 'lentune'));