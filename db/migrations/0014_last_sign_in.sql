ALTER TABLE "auth_user" ADD COLUMN "last_sign_in_at" timestamp with time zone;--> statement-breakpoint
UPDATE "auth_user" SET "last_sign_in_at" = (SELECT max("created_at") FROM "auth_session" WHERE "user_id" = "auth_user"."id");
