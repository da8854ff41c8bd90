import { createHmac } from 'node:crypto';
import {
  claimHooks,
  type DocumentEvent,
  type EventHookRow,
  freeHook,
  noteRefused,
  noteTold,
  untoldEvents,
} from '../db/queries/event-hooks.ts';
import type { Db } from '../db/types.ts';
import type { SecretBox } from '../platform/crypto.ts';
import type { Logger } from '../platform/logger.ts';

export interface EventSenderDeps {
  db: Db;
  secrets: SecretBox;
  logger: Logger;
  /** hosts that may be told; every other address is refused */
  hosts: readonly string[];
}

/** Tells the programs of all accounts what becomes of their documents, for as long as the process lives. */
export interface EventSender {
  close(): Promise<void>;
}

const SWEEP_MS = 1_000;
const PAGE = 50;
const TIMEOUT_MS = 10_000;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60 * 60_000;
/** After so long of nothing but failures a hook is paused; a person lets it go on, and nothing is lost. */
const GIVE_UP_MS = 3 * 24 * 60 * 60_000;

/** Where the secret of a hook is bound to. */
export const secretPlace = (hookId: string) => `event_hook.secret:${hookId}`;

/**
 * The sender of one API process. Each hook is told in order, at least once: a receiver knows a repeated event by its id.
 * Hooks wait for nobody but themselves.
 */
export function createEventSender(deps: EventSenderDeps): EventSender {
  let isClosed = false;
  let wake = () => {};
  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SWEEP_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  async function run(): Promise<void> {
    while (!isClosed) {
      await claimHooks(deps.db)
        .then((hooks) => Promise.all(hooks.map((hook) => tell(deps, hook))))
        .catch((error: unknown) => deps.logger.error({ err: error }, 'Events could not be told; trying again'));
      if (!isClosed) await rest();
    }
  }
  const running = run();
  return {
    async close() {
      isClosed = true;
      wake();
      await running;
    },
  };
}

/** One page of what a hook is to be told; the first event it does not take ends the page. */
async function tell({ db, secrets, hosts }: EventSenderDeps, hook: EventHookRow): Promise<void> {
  const secret = secrets.open(hook.secret, secretPlace(hook.id));
  for (const event of await untoldEvents(db, hook.id, PAGE)) {
    const answer = hosts.includes(new URL(hook.url).host)
      ? await post(hook.url, secret, event)
      : 'This installation no longer allows this host.';
    if (answer !== null) {
      const delayMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** hook.attempts);
      return noteRefused(db, hook.id, { answer, delayMs, giveUpMs: GIVE_UP_MS });
    }
    await noteTold(db, hook.id, event);
  }
  await freeHook(db, hook.id);
}

/** @returns null once the event was taken (2xx), else what came back in words */
async function post(url: string, secret: string, event: DocumentEvent): Promise<string | null> {
  const body = JSON.stringify(toldOf(event));
  const seconds = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { 'content-type': 'application/json', 'lentune-signature': `t=${seconds},v1=${signature}` },
      body,
    });
    await response.body?.cancel();
    return response.ok ? null : `It answered ${response.status}.`;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'No answer within 10 s.' : 'It cannot be reached.';
  }
}

/** What is told. The words of a time sheet stay here, since they may be about a person. */
const toldOf = ({ id, at, kind, event, documentId, number, result, code, message }: DocumentEvent) => ({
  id,
  type: `${kind}.${event}`,
  at: new Date(at).toISOString(),
  document: { kind, id: documentId, number },
  result,
  code,
  message: kind === 'time_sheet' ? null : message,
});
