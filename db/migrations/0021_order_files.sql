CREATE TABLE "purchase_order_file" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"purchase_order_id" uuid NOT NULL,
	"filename" text NOT NULL,
	"content_type" text NOT NULL,
	"size" integer NOT NULL,
	"sha256" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"added_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "purchase_order_file_purchaseOrderId_filename_unique" UNIQUE("purchase_order_id","filename")
);
--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "queued_for" text DEFAULT 'send' NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_order_file" ADD CONSTRAINT "purchase_order_file_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchase_order_file" ADD CONSTRAINT "purchase_order_file_purchase_order_id_purchase_order_id_fk" FOREIGN KEY ("purchase_order_id") REFERENCES "public"."purchase_order"("id") ON DELETE cascade ON UPDATE no action;