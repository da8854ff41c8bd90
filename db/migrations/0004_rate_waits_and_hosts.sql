CREATE TABLE "rate_wait" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"connection_id" uuid NOT NULL,
	"lane" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "procore_company" ADD COLUMN "api_url" text;--> statement-breakpoint
ALTER TABLE "procore_connection" ADD COLUMN "is_chosen" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "procore_connection" ADD COLUMN "sign_in" text DEFAULT 'person' NOT NULL;--> statement-breakpoint
ALTER TABLE "procore_connection" ADD COLUMN "service_company_id" text;--> statement-breakpoint
ALTER TABLE "rate_wait" ADD CONSTRAINT "rate_wait_connection_id_procore_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."procore_connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "rate_wait_connection_id_due_at_index" ON "rate_wait" USING btree ("connection_id","due_at");