import type { z } from 'zod';
import { writeAudit } from '../../db/queries/audit.ts';
import { chooseDeleted, chooseEdited, ignoreInvoice, unignoreInvoice } from '../../db/queries/invoice-choices.ts';
import {
  approveInvoice,
  cancelInvoice,
  checkInvoice,
  chooseDuplicate,
  queueInvoices,
  retryInvoice,
  sendFilesAgain,
  unapproveInvoice,
} from '../../db/queries/invoice-steps.ts';
import { lockInvoice, type StepResult } from '../../db/queries/invoices.ts';
import { lockBreach, passLock } from '../../db/queries/period-lock.ts';
import type { Tx } from '../../db/types.ts';
import { cancelRun } from '../../dispatch/documents.ts';
import {
  DeletedChoice,
  DuplicateChoice,
  EditedChoice,
  Invoice,
  SendRequest,
  SendResult,
  WithReason,
} from '../../schemas/invoices.ts';
import type { Caller } from '../caller.ts';
import type { RouteContext } from '../context.ts';
import { accept, showInvoice } from '../invoice-answers.ts';
import { isAllowed, type Right, whoMay } from '../permissions.ts';
import { conflict, forbidden, invalidInput } from '../refusal.ts';
import { InvoiceParams } from './invoices.ts';

/** What a caller asked of one invoice. */
interface Step {
  tx: Tx;
  caller: Caller;
  id: string;
}

/** The way of an invoice: check, approve, send, and back. Sending only queues; the dispatcher starts it. */
export function invoiceStepRoutes({ route, deps }: RouteContext): void {
  const step = (
    name: string,
    does: string,
    may: Right,
    take: (step: Step) => Promise<StepResult | { kind: string }>,
    status: 200 | 202 = 200,
  ) =>
    route(
      {
        method: 'post',
        path: `/api/invoices/:id/${name}`,
        does,
        may,
        params: InvoiceParams,
        answer: Invoice,
        status,
      },
      async ({ db, caller, params: { id } }) => {
        const { invoice, outcome } = await db.transaction(async (tx) => {
          const outcome = accept(await take({ tx, caller, id }));
          return { outcome, invoice: await showInvoice(tx, deps, caller, id) };
        });
        if (outcome.kind === 'running') await cancelRun(deps, caller.account, id);
        return invoice;
      },
    );

  step(
    'check',
    'Checks an invoice: it becomes Checked, or the answer lists every problem',
    'invoice.check',
    ({ tx, caller, id }) => checkInvoice(tx, caller.account, id, caller.actor),
  );
  step('approve', 'Approves a checked invoice', 'invoice.approve', ({ tx, caller, id }) =>
    approveInvoice(tx, caller.account, id, caller.actor),
  );
  step('unapprove', 'Takes an approval back', 'invoice.approve', ({ tx, caller, id }) =>
    unapproveInvoice(tx, caller.account, id, caller.actor),
  );
  step('send', 'Queues an approved invoice for Procore', 'invoice.send', (one) => send(one), 202);
  step(
    'retry',
    'Queues a failed invoice again',
    'invoice.send',
    ({ tx, caller, id }) => retryInvoice(tx, caller.account, id, caller.actor),
    202,
  );
  step('cancel', 'Takes an invoice back that is on its way', 'invoice.send', ({ tx, caller, id }) =>
    cancelInvoice(tx, caller.account, id, caller.actor),
  );

  step(
    'unignore',
    'Takes "ignored" back: the invoice stands where it stood before',
    'invoice.send',
    ({ tx, caller, id }) => unignoreInvoice(tx, caller.account, id, caller.actor),
  );
  step(
    'send-files',
    'Sends the files of a sent invoice again, and nothing else of it',
    'invoice.send',
    ({ tx, caller, id }) => sendFilesAgain(tx, caller.account, id, caller.actor),
    202,
  );

  route(
    {
      method: 'post',
      path: '/api/invoices/send',
      does: 'Queues several approved invoices; answers which were and which were not',
      may: 'invoice.send',
      body: SendRequest,
      answer: SendResult,
      status: 202,
    },
    ({ db, caller, body }) => db.transaction((tx) => queueInvoices(tx, caller.account, body.ids, caller.actor)),
  );

  const reasoned = (
    name: string,
    does: string,
    may: Right,
    take: (step: Step, reason: string) => Promise<StepResult | { kind: string }>,
    status: 200 | 202 = 200,
  ) =>
    route(
      {
        method: 'post',
        path: `/api/invoices/:id/${name}`,
        does,
        may,
        params: InvoiceParams,
        body: WithReason,
        answer: Invoice,
        status,
      },
      ({ db, caller, params: { id }, body: { reason } }) =>
        db.transaction(async (tx) => {
          accept(await take({ tx, caller, id }, reason));
          return showInvoice(tx, deps, caller, id);
        }),
    );
  reasoned('ignore', 'Keeps an invoice from being sent', 'invoice.send', ({ tx, caller, id }, reason) =>
    ignoreInvoice(tx, caller.account, id, caller.actor, reason),
  );
  reasoned(
    'send-early',
    'Queues one invoice from before the go-live date, with a reason',
    'invoice.send-early',
    (step, reason) => send(step, reason),
    202,
  );
  reasoned(
    'send-locked',
    'Queues one invoice that is dated in a closed accounting period, with a reason',
    'invoice.send-locked',
    async (step, reason) => {
      const { tx, caller, id } = step;
      const breach = await lockBreach(tx, caller.account, id);
      if (breach === null) throw conflict('The invoice is not dated in a closed period.');
      await passLock(tx, caller.account, id, reason);
      const sent = await send(step);
      const { account, actor } = caller;
      const row = await lockInvoice(tx, account, id);
      const after = { reason, ...breach };
      await writeAudit(tx, { account, actor, action: 'invoice.sent-locked', subject: row?.number ?? id, after });
      return sent;
    },
    202,
  );

  route(
    {
      method: 'post',
      path: '/api/invoices/:id/deleted',
      does: 'Decides about what was deleted in Procore: make it again, or let go of it',
      may: 'invoice.send',
      params: InvoiceParams,
      body: DeletedChoice,
      answer: Invoice,
    },
    ({ db, caller, params: { id }, body }) =>
      db.transaction(async (tx) => {
        accept(await chooseDeleted(tx, caller.account, id, caller.actor, body.choice));
        return showInvoice(tx, deps, caller, id);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/invoices/:id/edited',
      does: 'Decides about edits people made in Procore to what is ours: keep theirs, or write ours over them',
      may: 'invoice.send',
      params: InvoiceParams,
      body: EditedChoice,
      answer: Invoice,
    },
    ({ db, caller, params: { id }, body }) =>
      db.transaction(async (tx) => {
        accept(await chooseEdited(tx, caller.account, id, caller.actor, body.choice));
        return showInvoice(tx, deps, caller, id);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/invoices/:id/duplicate',
      does: 'Decides about a record found in Procore that is not ours',
      may: 'invoice.send',
      params: InvoiceParams,
      body: DuplicateChoice,
      answer: Invoice,
    },
    ({ db, caller, params: { id }, body }) => {
      requireTakeOver(caller, body);
      return db.transaction(async (tx) => {
        accept(await chooseDuplicate(tx, caller.account, id, caller.actor, body.choice, body.reason));
        return showInvoice(tx, deps, caller, id);
      });
    },
  );
}

async function send({ tx, caller, id }: Step, earlyReason?: string): Promise<{ kind: string }> {
  const { refused } = await queueInvoices(tx, caller.account, [id], caller.actor, earlyReason);
  const [no] = refused;
  if (no?.number === '') return { kind: 'not-found' };
  if (no) throw conflict(no.message);
  return { kind: 'done' };
}

/** Writing over a record that is not ours is an override: an admin's, with a reason. */
function requireTakeOver({ roles }: Caller, { choice, reason }: z.output<typeof DuplicateChoice>): void {
  if (choice !== 'take_over') return;
  if (!isAllowed(roles, 'invoice.take-over')) throw forbidden(whoMay('invoice.take-over'));
  if (reason === undefined) throw invalidInput([{ path: 'reason', message: 'Say why the record is taken over.' }]);
}
