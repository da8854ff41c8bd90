import type { Request, Response } from 'express';
import { claimIdempotencyKey, type IdempotentRequest, keepAnswer } from '../db/queries/idempotency.ts';
import type { Db, Queryable } from '../db/types.ts';
import { sha256 } from '../platform/crypto.ts';
import type { Caller } from './caller.ts';
import { conflict, invalidInput } from './refusal.ts';

interface Asked {
  db: Db;
  caller: Caller;
  request: Request;
  response: Response;
  status: number;
}

/**
 * Answers a request. A POST with an `Idempotency-Key` does its work in the transaction that keeps the key and the answer:
 * a crash undoes all of it, a repeat waits for the first and is answered the same. A refusal keeps nothing, so that the
 * same key may be tried again after the cause is gone.
 */
export async function once(asked: Asked, work: (db: Queryable) => Promise<unknown>): Promise<void> {
  const key = asked.request.method === 'POST' ? asked.request.get('idempotency-key') : undefined;
  if (key === undefined) return send(asked.response, asked.status, await work(asked.db));
  if (key.length === 0 || key.length > 255) {
    throw invalidInput([{ path: 'Idempotency-Key', message: 'An Idempotency-Key has 1 to 255 characters.' }]);
  }
  const claim = claimOf(asked, key);
  const { status, body } = await asked.db.transaction(async (tx) => {
    const claimed = await claimIdempotencyKey(tx, claim);
    if (claimed.kind === 'other-request') throw conflict('This Idempotency-Key was used for another request.');
    if (claimed.kind === 'answered') {
      asked.response.set('idempotency-replayed', 'true');
      return claimed.answer;
    }
    const answer = { status: asked.status, body: (await work(tx)) ?? null };
    await keepAnswer(tx, claim, answer);
    return answer;
  });
  send(asked.response, status, body);
}

function claimOf({ caller, request }: Asked, key: string): IdempotentRequest {
  const { method, path } = request;
  const body = asText(request.body);
  // The caller is part of the request: nobody is answered what another was.
  const requestHash = sha256([caller.id, method, request.originalUrl, body].join('\n'));
  return { account: caller.account, key, method, path, requestHash };
}

function asText(body: unknown): string {
  if (Buffer.isBuffer(body)) return body.toString('base64');
  return typeof body === 'string' ? body : JSON.stringify(body ?? null);
}

function send(response: Response, status: number, body: unknown): void {
  response.status(status);
  if (status === 204 || body === null || body === undefined) response.end();
  else response.json(body);
}
