import { and, eq } from 'drizzle-orm';
import { idempotencyKey } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

export interface IdempotentRequest {
  account: string;
  key: string;
  method: string;
  path: string;
  requestHash: string;
}

export interface KeptAnswer {
  status: number;
  body: unknown;
}

/**
 * Claims an Idempotency-Key inside the transaction that does the work. A second claim of the same key waits for the first
 * transaction to end: it then finds the answer, or, when that was rolled back, claims the key itself.
 */
export async function claimIdempotencyKey(
  db: Queryable,
  request: IdempotentRequest,
): Promise<{ kind: 'claimed' } | { kind: 'answered'; answer: KeptAnswer } | { kind: 'other-request' }> {
  const claimed = await db.insert(idempotencyKey).values(request).onConflictDoNothing().returning();
  if (claimed.length > 0) return { kind: 'claimed' };
  const [kept] = await db.select().from(idempotencyKey).where(sameKey(request));
  if (!kept || kept.requestHash !== request.requestHash || kept.status === null) return { kind: 'other-request' };
  return { kind: 'answered', answer: { status: kept.status, body: kept.body } };
}

/** Keeps the answer beside the key, in the same transaction. */
export async function keepAnswer(db: Queryable, request: IdempotentRequest, answer: KeptAnswer): Promise<void> {
  await db.update(idempotencyKey).set({ status: answer.status, body: answer.body }).where(sameKey(request));
}

const sameKey = ({ account, key }: IdempotentRequest) =>
  and(eq(idempotencyKey.account, account), eq(idempotencyKey.key, key));
