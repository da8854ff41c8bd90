import { sql } from 'drizzle-orm';
import { boolean, customType, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { account, at, createdAt, id } from './columns.ts';

/** PostgreSQL's number of the transaction that wrote a row: rows of one that is still open come later, never in between. */
export const writtenIn = () => customType<{ data: string }>({ dataType: () => 'xid8' })();

/**
 * A program of the account that is told what becomes of its documents. integration_log is its queue, and where it stands
 * in it (`toldIn`, `toldId`) is all that is kept: nothing can be lost between writing and queueing.
 */
export const eventHook = pgTable(
  'event_hook',
  {
    id: id(),
    account: account(),
    url: text().notNull(),
    /** sealed; signs each event */
    secret: text().notNull(),
    /** off: a person paused it, or it failed for days */
    isActive: boolean().notNull().default(true),
    toldIn: writtenIn().notNull().default(sql`pg_current_xact_id()`),
    toldId: uuid().notNull().default(sql`uuidv7()`),
    toldAt: at(),
    nextAttemptAt: at().notNull().defaultNow(),
    /** failures in a row */
    attempts: integer().notNull().default(0),
    failingSince: at(),
    /** what came back last, in words */
    lastAnswer: text(),
    createdBy: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [index().on(table.account)],
);
