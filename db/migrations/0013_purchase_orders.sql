CREATE TABLE "approval_limit" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"account" text NOT NULL,
	"role" text,
	"user_id" text,
	"amount" numeric(18, 2),
	CONSTRAINT "approval_limit_account_role_unique" UNIQUE("account","role"),
	CONSTRAINT "approval_limit_account_userId_unique" UNIQUE("account","user_id"),
	CONSTRAINT "approval_limit_of_one" CHECK (num_nonnulls("approval_limit"."role", "approval_limit"."user_id") = 1)
);
--> statement-breakpoint
ALTER TABLE "purchase_order" ALTER COLUMN "procore_status" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "origin" text DEFAULT 'procore' NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "match_number" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "order_status" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "order_date" date;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "delivery_date" date;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "entered_by" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "approved_by" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "approved_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "cancelled_by" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "cancelled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "cancel_reason" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "revision" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "sent_revision" integer;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "needs_variation" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "integration" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "queued_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "queued_by" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "queued_priority" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "mark_before" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "dispatched_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "waiting_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "waiting_for" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "ignored_reason" text;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "problems" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD COLUMN "sent_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "purchase_order_line" ADD COLUMN "origin" text DEFAULT 'procore' NOT NULL;--> statement-breakpoint
ALTER TABLE "purchase_order_line" ADD COLUMN "tax_code_id" uuid;--> statement-breakpoint
ALTER TABLE "approval_limit" ADD CONSTRAINT "approval_limit_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval_limit" ADD CONSTRAINT "approval_limit_user_id_auth_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."auth_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "purchase_order_line" ADD CONSTRAINT "purchase_order_line_tax_code_id_tax_code_id_fk" FOREIGN KEY ("tax_code_id") REFERENCES "public"."tax_code"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "purchase_order_own_number" ON "purchase_order" USING btree ("project_id","match_number") WHERE "purchase_order"."origin" = 'lentune';--> statement-breakpoint
CREATE INDEX "purchase_order_queue" ON "purchase_order" USING btree ("queued_priority","queued_at") WHERE "purchase_order"."queued_at" is not null and "purchase_order"."dispatched_at" is null;--> statement-breakpoint
ALTER TABLE "purchase_order" ADD CONSTRAINT "purchase_order_own" CHECK (("purchase_order"."origin" = 'lentune') = ("purchase_order"."order_status" is not null));