import { z } from 'zod';
import { writeAudit } from '../../db/queries/audit.ts';
import { previewAutomatic, queueDueInvoices, setAutomatic } from '../../db/queries/automatic-sending.ts';
import { getBulk } from '../../db/queries/bulk-actions.ts';
import { previewDueTimeSheets, queueDueTimeSheets, setAutomaticTime } from '../../db/queries/time-sheets-due.ts';
import type { Queryable } from '../../db/types.ts';
import { SEND_DUE_MINUTES } from '../../domain/bulk.ts';
import {
  AutomaticSending,
  AutomaticSendingChange,
  AutomaticTimeChange,
  QueuedTimeSheets,
} from '../../schemas/automatic-sending.ts';
import { BulkAction } from '../../schemas/bulk-actions.ts';
import { Id } from '../../schemas/common.ts';
import type { RouteContext } from '../context.ts';
import { conflict } from '../refusal.ts';
import { requireCompany } from './companies.ts';

const CompanyParams = z.object({ id: Id });

/** Sending by schedule: off until an admin has seen what it would send, and turned it on for a company. */
export function automaticSendingRoutes({ route, deps }: RouteContext): void {
  const show = async (db: Queryable, account: string, id: string) => {
    const { sendBySchedule, sendTimeSheetsBySchedule, goLiveDate } = await requireCompany(db, deps, account, id);
    return {
      isOn: sendBySchedule,
      goLiveDate,
      everyMinutes: SEND_DUE_MINUTES,
      due: await previewAutomatic(db, account, id),
      timeSheets: { isOn: sendTimeSheetsBySchedule, due: await previewDueTimeSheets(db, account, id) },
    };
  };

  route(
    {
      method: 'get',
      path: '/api/companies/:id/automatic-sending',
      does: 'Whether approved invoices of a company leave by themselves, and what would leave now',
      may: 'read',
      params: CompanyParams,
      answer: AutomaticSending,
    },
    ({ db, caller, params }) => show(db, caller.account, params.id),
  );

  route(
    {
      method: 'put',
      path: '/api/companies/:id/automatic-sending',
      does: 'Turns automatic sending of a company on, naming what the dry run showed, or off',
      may: 'company.change',
      params: CompanyParams,
      body: AutomaticSendingChange,
      answer: AutomaticSending,
    },
    ({ db, caller: { account, actor }, params: { id }, body }) =>
      db.transaction(async (tx) => {
        const before = await show(tx, account, id);
        const { count, value } = before.due;
        if (body.isOn && (body.seen.count !== count || Number(body.seen.value) !== Number(value)))
          throw conflict('What would be sent has changed since the dry run. Look at it again.');
        await setAutomatic(tx, account, id, body.isOn);
        const { name } = await requireCompany(tx, deps, account, id);
        await writeAudit(tx, {
          account,
          actor,
          action: 'company.automatic-sending',
          subject: name,
          before: { isOn: before.isOn },
          after: { isOn: body.isOn, ...(body.isOn ? { firstSends: before.due } : {}) },
        });
        return show(tx, account, id);
      }),
  );

  route(
    {
      method: 'put',
      path: '/api/companies/:id/automatic-sending/time-sheets',
      does: 'Turns automatic sending of time sheets on, naming what the dry run showed, or off',
      may: 'company.change',
      params: CompanyParams,
      body: AutomaticTimeChange,
      answer: AutomaticSending,
    },
    ({ db, caller: { account, actor }, params: { id }, body }) =>
      db.transaction(async (tx) => {
        const { name, sendTimeSheetsBySchedule } = await requireCompany(tx, deps, account, id);
        const due = await previewDueTimeSheets(tx, account, id);
        if (body.isOn && body.seen.count !== due.count)
          throw conflict('What would be sent has changed since the dry run. Look at it again.');
        await setAutomaticTime(tx, account, id, body.isOn);
        await writeAudit(tx, {
          account,
          actor,
          action: 'company.automatic-time-sheets',
          subject: name,
          before: { isOn: sendTimeSheetsBySchedule },
          after: { isOn: body.isOn, ...(body.isOn ? { firstSends: due } : {}) },
        });
        return show(tx, account, id);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/automatic-sending/time-sheets/run',
      does: 'Queues now the time sheets the schedule would queue next',
      may: 'time-sheet.send',
      answer: QueuedTimeSheets,
      status: 202,
    },
    ({ db, caller: { account, actor } }) =>
      db.transaction(async (tx) => {
        const queued = await queueDueTimeSheets(tx, account, actor);
        if (queued === 0) throw conflict('Nothing is due.');
        return { queued };
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/automatic-sending/run',
      does: 'Queues now what the schedule would queue next',
      may: 'invoice.send',
      answer: BulkAction,
      status: 202,
    },
    ({ db, caller: { account, actor } }) =>
      db.transaction(async (tx) => {
        const started = await queueDueInvoices(tx, account, actor);
        const bulk = started && (await getBulk(tx, account, started.id));
        if (bulk === null) throw conflict('Nothing is due.');
        return bulk;
      }),
  );
}
