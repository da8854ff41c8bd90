CREATE TABLE "known_budget_code" (
	"account" text NOT NULL,
	"company_id" uuid NOT NULL,
	"project_procore_id" text NOT NULL,
	"cost_code_procore_id" text NOT NULL,
	"cost_type_procore_id" text NOT NULL,
	"wbs_code_procore_id" text NOT NULL,
	CONSTRAINT "known_budget_code_pair" PRIMARY KEY("company_id","project_procore_id","cost_code_procore_id","cost_type_procore_id")
);
--> statement-breakpoint
ALTER TABLE "known_budget_code" ADD CONSTRAINT "known_budget_code_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "known_budget_code" ADD CONSTRAINT "known_budget_code_company_id_procore_company_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."procore_company"("id") ON DELETE cascade ON UPDATE no action;