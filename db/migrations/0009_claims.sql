CREATE TABLE "invoice_allocation" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"invoice_id" uuid NOT NULL,
	"line_position" integer NOT NULL,
	"purchase_order_line_id" uuid,
	"sub_contract_line_id" uuid,
	"variation_line_id" uuid,
	"amount" numeric(18, 2) NOT NULL,
	"quantity" numeric(24, 8),
	CONSTRAINT "invoice_allocation_on_one" CHECK (num_nonnulls("invoice_allocation"."purchase_order_line_id", "invoice_allocation"."sub_contract_line_id", "invoice_allocation"."variation_line_id") = 1)
);
--> statement-breakpoint
ALTER TABLE "sub_contract" ADD COLUMN "retention_percent" numeric(7, 4);--> statement-breakpoint
ALTER TABLE "sub_contract" ADD COLUMN "retention_limit" numeric(18, 2);--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "invoice_type" text DEFAULT 'standard' NOT NULL;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "po_number" text;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "purchase_order_id" uuid;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "sub_contract_id" uuid;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD COLUMN "over_allocation_reason" text;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "wait_for_claim_on_orders" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "wait_for_claim_on_sub_contracts" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "requisition_status" text DEFAULT 'under_review' NOT NULL;--> statement-breakpoint
ALTER TABLE "integration_settings" ADD COLUMN "create_billing_period" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "invoice_allocation" ADD CONSTRAINT "invoice_allocation_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoice_allocation" ADD CONSTRAINT "invoice_allocation_invoice_id_payable_invoice_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."payable_invoice"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoice_allocation" ADD CONSTRAINT "invoice_allocation_purchase_order_line_id_purchase_order_line_id_fk" FOREIGN KEY ("purchase_order_line_id") REFERENCES "public"."purchase_order_line"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoice_allocation" ADD CONSTRAINT "invoice_allocation_sub_contract_line_id_sub_contract_line_id_fk" FOREIGN KEY ("sub_contract_line_id") REFERENCES "public"."sub_contract_line"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoice_allocation" ADD CONSTRAINT "invoice_allocation_variation_line_id_variation_line_id_fk" FOREIGN KEY ("variation_line_id") REFERENCES "public"."variation_line"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "invoice_allocation_invoice_id_line_position_index" ON "invoice_allocation" USING btree ("invoice_id","line_position");--> statement-breakpoint
CREATE INDEX "invoice_allocation_purchase_order_line_id_index" ON "invoice_allocation" USING btree ("purchase_order_line_id");--> statement-breakpoint
CREATE INDEX "invoice_allocation_sub_contract_line_id_index" ON "invoice_allocation" USING btree ("sub_contract_line_id");--> statement-breakpoint
CREATE INDEX "invoice_allocation_variation_line_id_index" ON "invoice_allocation" USING btree ("variation_line_id");--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD CONSTRAINT "payable_invoice_purchase_order_id_purchase_order_id_fk" FOREIGN KEY ("purchase_order_id") REFERENCES "public"."purchase_order"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD CONSTRAINT "payable_invoice_sub_contract_id_sub_contract_id_fk" FOREIGN KEY ("sub_contract_id") REFERENCES "public"."sub_contract"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "payable_invoice_purchase_order_id_index" ON "payable_invoice" USING btree ("purchase_order_id");--> statement-breakpoint
CREATE INDEX "payable_invoice_sub_contract_id_index" ON "payable_invoice" USING btree ("sub_contract_id");--> statement-breakpoint
ALTER TABLE "payable_invoice" ADD CONSTRAINT "payable_invoice_of_one" CHECK (num_nonnulls("payable_invoice"."purchase_order_id", "payable_invoice"."sub_contract_id") <= 1);