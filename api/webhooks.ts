import { type Request, type Response, Router } from 'express';
import { findHook, type HookTarget, hookSecretPlace, noteDelivery } from '../db/queries/companies.ts';
import type { Db } from '../db/types.ts';
import { createInboxWriter } from '../dispatch/inbox.ts';
import { type PostedBody, readEvent } from '../dispatch/webhook-event.ts';
import { randomSecret, type SecretBox, sameSecret } from '../platform/crypto.ts';
import type { Logger } from '../platform/logger.ts';

export interface WebhookDeps {
  db: Db;
  secrets: SecretBox;
  logger: Logger;
}

/** More than a thousand times a real event; what is longer is kept cut off. */
const READABLE_BYTES = 1024 * 1024;
/** How long what we know of a hook and its company's settings may be old. */
const TARGET_MS = 1_000;
/** How exact "last event" is. */
const NOTED_MS = 5_000;

/**
 * Where Procore posts its events. Whatever comes with the right secret is stored and acknowledged, readable or not:
 * one refused event would make Procore hold back all later ones (contract section 15.4). Never rate-limited.
 *
 * @param doorbell rung after each commit
 */
export function createWebhookReceiver({ db, secrets, logger }: WebhookDeps, doorbell: { poke(): void }): Router {
  const inbox = createInboxWriter(db, doorbell.poke);
  const targets = new Map<string, { until: number; target: Promise<Known | null> }>();
  const noted = new Map<string, number>();
  /** compared for unknown addresses, so that they take as long as known ones */
  const noSecret = randomSecret();

  function targetOf(key: string): Promise<Known | null> {
    const cached = targets.get(key);
    if (cached !== undefined && cached.until > Date.now()) return cached.target;
    const target = find(key);
    if (targets.size > 10_000) targets.clear();
    targets.set(key, { until: Date.now() + TARGET_MS, target });
    target.then(
      (found) => found ?? targets.delete(key),
      () => targets.delete(key),
    );
    return target;
  }

  async function find(key: string): Promise<Known | null> {
    const hook = await findHook(db, key);
    return hook && { hook, secret: secrets.open(hook.secret, hookSecretPlace(hook.id)) };
  }

  function note(hookId: string): void {
    const now = Date.now();
    if ((noted.get(hookId) ?? 0) > now - NOTED_MS) return;
    noted.set(hookId, now);
    noteDelivery(db, hookId).catch((error: unknown) =>
      logger.warn({ err: error, hookId }, 'The time of the last event was not noted'),
    );
  }

  const router = Router();
  router.post('/webhooks/procore/:hookKey', async (request: Request<{ hookKey: string }>, response: Response) => {
    const known = await targetOf(request.params.hookKey);
    const isRight = sameSecret(request.get('authorization') ?? '', known?.secret ?? noSecret);
    if (known === null || !isRight) {
      response.status(401).json({ error: { code: 'UNAUTHENTICATED', message: 'Unknown address or wrong secret.' } });
      return;
    }
    const body = await readBody(request);
    await inbox.store(readEvent(known.hook, body));
    note(known.hook.id);
    response.status(200).end();
  });
  return router;
}

interface Known {
  hook: HookTarget;
  secret: string;
}

/** Reads to the end, keeping only the beginning of what is too long. */
async function readBody(request: Request): Promise<PostedBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (bytes < READABLE_BYTES) chunks.push(chunk.subarray(0, READABLE_BYTES - bytes));
    bytes += chunk.length;
  }
  return { start: Buffer.concat(chunks), bytes };
}
