import { expect } from 'vitest';
import { approveInvoice, checkInvoice, retryInvoice } from '../../../db/queries/invoice-steps.ts';
import { createInvoice, getInvoice, updateInvoice } from '../../../db/queries/invoices.ts';
import type { ErrorCode } from '../../../domain/errors.ts';
import type { InvoiceDraft } from '../../../domain/invoice.ts';
import type { Invoice } from '../../../schemas/invoices.ts';
import { eventually } from '../../environment/stack.ts';
import type { PushWorld } from '../push-world.ts';

/** One reason an invoice is refused: how it comes about, what the clerk reads, and that the fix ends in one record. */
export interface ErrorRow<W extends PushWorld = PushWorld> {
  code: ErrorCode;
  when: string;
  /** Enters the invoice and causes it; gives back its id, on its way or only checked. */
  cause(world: W, number: string): Promise<string>;
  /** Sentence and way out, as the clerk reads them; `#` is the number of the invoice. Of one that waits, its text. */
  says: string | ((world: W) => Promise<string>);
  /** `check`: before approval; `send`: the run ends failed; `wait`: it goes on by itself */
  told: 'check' | 'send' | 'wait';
  /** of one that waits: what it says it waits for, where that is not beside its mark */
  waits?(world: W, id: string): Promise<string | null>;
  fix(world: W, id: string): Promise<unknown>;
  /** the fix itself sends the invoice again */
  goesByItself?: true;
  /** something of it stands in Procore while it is refused */
  leaves?: true;
  /** what the one record totals in the end */
  total?: number;
  /** the invoice can only be entered anew */
  ends?: 'ignored';
}

const SLOW = 90_000;

/** Plays one row to its end. `posted` gives what stands of a number, by its total. */
export async function play<W extends PushWorld>(
  world: W,
  row: ErrorRow<W>,
  posted: (world: W, number: string) => Promise<number[]>,
): Promise<void> {
  const number = `E-${row.code}`;
  const id = await row.cause(world, number);
  const numberNow = async () => (await see(world, id)).number;
  if (row.told === 'send') expect((await world.ended(id, SLOW)).integration).toBe('failed');
  const says = typeof row.says === 'string' ? row.says : await row.says(world);
  if (row.told === 'wait') {
    const waits = row.waits ?? textBesideMark;
    await eventually(async () => (await waits(world, id)) === says, SLOW);
  } else {
    const told = await sentences(world, id);
    const sentence = says.replaceAll('#', await numberNow());
    expect(told.find((one) => one === sentence) ?? told.join('\n')).toBe(sentence);
  }
  if (!row.leaves) expect(await posted(world, number)).toEqual([]);
  await row.fix(world, id);
  if (!row.goesByItself && row.ends === undefined && row.told === 'send') await retry(world, id);
  if (row.ends === 'ignored') {
    expect((await see(world, id)).integration).toBe('ignored');
    return;
  }
  const sent = await eventually(async () => {
    const invoice = await see(world, id);
    return invoice.integration === 'sent' ? invoice : undefined;
  }, SLOW);
  expect(sent.problems.filter(({ severity }) => severity === 'blocks')).toEqual([]);
  expect(await posted(world, await numberNow())).toEqual([row.total ?? 100]);
}

const textBesideMark = async (world: PushWorld, id: string): Promise<string | null> => {
  const { integration, integrationText } = await see(world, id);
  return integration === 'waiting' ? integrationText : null;
};

const see = async ({ stack }: PushWorld, id: string) => (await getInvoice(stack.deps.db, stack.account, id))!;

/** What the row of an invoice says is wrong, each with its way out. */
async function sentences({ stack }: PushWorld, id: string): Promise<string[]> {
  const { body } = await stack.api<Invoice>('GET', `/api/invoices/${id}`);
  return body.problems.map(({ message, fix }) => `${message} ${fix}`);
}

/** Presses Retry; where the change in Procore queued it already, there is nothing to press. */
async function retry({ stack }: PushWorld, id: string): Promise<void> {
  await stack.deps.db.transaction((tx) => retryInvoice(tx, stack.account, id, 'clerk'));
  stack.doorbell?.poke();
}

/** An invoice of $100 with GST on the first code, as a clerk enters it. */
export function draft(world: PushWorld, number: string, fields: Partial<InvoiceDraft> = {}): InvoiceDraft {
  const [place] = world.projects;
  const line = {
    amount: '100.00',
    taxCodeId: world.taxCodeId,
    projectId: place!.id,
    projectCostCodeId: place!.codes[0]!.id,
  };
  const header = { kind: 'invoice' as const, number, payableAccountId: world.vendorId, invoiceDate: '2026-03-18' };
  return { ...header, total: '100.00', tax: '15.00', lines: [line], ...fields };
}

/** Enters an invoice and checks it; gives back its id. */
export async function entered(world: PushWorld, wish: InvoiceDraft): Promise<string> {
  const { deps, account } = world.stack;
  const created = await createInvoice(deps.db, account, 'clerk', wish);
  if (created.kind !== 'created') throw new Error(`${created.path}: ${created.message}`);
  await checkInvoice(deps.db, account, created.id, 'clerk');
  return created.id;
}

/** Checks, approves and sends an invoice that was corrected. */
async function sendCorrected(world: PushWorld, id: string): Promise<void> {
  const { deps, account } = world.stack;
  expect(await checkInvoice(deps.db, account, id, 'clerk')).toEqual({ kind: 'done' });
  await approveInvoice(deps.db, account, id, 'approver');
  await world.queue(id);
}

/** Changes what is entered, and sends it. */
export async function correct(world: PushWorld, id: string, wish: Partial<InvoiceDraft>): Promise<void> {
  const { deps, account } = world.stack;
  const now = await see(world, id);
  expect(await updateInvoice(deps.db, account, id, 'clerk', { ...now, ...wish })).toEqual({ kind: 'done' });
  await sendCorrected(world, id);
}

export const control = <T = unknown>(world: PushWorld, method: string, path: string, body?: unknown): Promise<T> =>
  world.stack.control<T>(method, path, body);

/** Breaks matching requests until the faults are cleared. */
export const breaking = (
  world: PushWorld,
  method: string,
  path: string,
  effect: object,
  times: number | 'always' = 1,
) => control(world, 'POST', '/faults', { match: { method, path, times }, effect });

export const mended = (world: PushWorld) => control(world, 'DELETE', '/faults');

/** The records of a collection of the simulator. */
export const records = async <T = { id: number; [field: string]: unknown }>(world: PushWorld, collection: string) =>
  (await control<{ records: T[] }>(world, 'GET', `/records/${collection}`)).records;
