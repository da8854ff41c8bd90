CREATE TABLE "arrival" (
	"account" text NOT NULL,
	"key" text NOT NULL,
	"arrived_at" timestamp with time zone NOT NULL,
	CONSTRAINT "arrival_account_key_pk" PRIMARY KEY("account","key")
);
--> statement-breakpoint
ALTER TABLE "arrival" ADD CONSTRAINT "arrival_account_auth_organization_id_fk" FOREIGN KEY ("account") REFERENCES "public"."auth_organization"("id") ON DELETE cascade ON UPDATE no action;