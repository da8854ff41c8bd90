import { type Drift, findSentPart, findStampedPart, noteDrift, type SentPart } from '../db/queries/sent-parts.ts';
import type { Db, Tx } from '../db/types.ts';
import { isUnusedEdition } from '../domain/direct-cost.ts';
import { messageOf } from '../domain/errors.ts';
import { nextWrite } from '../domain/next-write.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { lookAtRecord, showRecord } from '../procore/direct-cost-look.ts';
import type { FlowPage, FlowResult, PickedRecord, RecordOutcome } from './flow.ts';
import { openCompany } from './open-company.ts';

/** Records of the project flow that may be ones we sent. */
export const isSentRecord = ({ kind }: Pick<PickedRecord, 'kind'>): boolean => kind === 'direct_cost';

interface Looked {
  outcome: Pick<RecordOutcome, 'state' | 'outcome'>;
  /** what is noted with a part of ours */
  found: { part: SentPart; drift: Drift | null } | null;
}

/**
 * Looks at direct costs that changed in Procore and says what people did to those we sent. Nothing is repaired: a finished
 * push never runs again by itself. Only an edition of ours that nobody uses goes (design: a create that was repeated).
 */
export async function lookAtSent(
  { db, procore }: { db: Db; procore: Pick<Procore, 'company'> },
  page: FlowPage,
): Promise<FlowResult> {
  const company = await openCompany(db, procore, page);
  const looked: [PickedRecord, Looked][] = [];
  for (const record of page.records) {
    page.signal.throwIfAborted();
    looked.push([record, await lookAt(db, company.api, page, record)]);
  }
  return {
    calls: company.calls(),
    next: null,
    apply: (tx) => noteAll(tx, looked),
  };
}

async function noteAll(tx: Tx, looked: readonly [PickedRecord, Looked][]): Promise<RecordOutcome[]> {
  const outcomes: RecordOutcome[] = [];
  for (const [{ kind, id }, { outcome, found }] of looked) {
    const isNews = found !== null && (await noteDrift(tx, found.part, found.drift));
    outcomes.push({ kind, id, ...outcome, ...(isNews && { state: 'applied' }) });
  }
  return outcomes;
}

async function lookAt(db: Db, api: CompanyApi, page: FlowPage, { id }: PickedRecord): Promise<Looked> {
  if (id === null) return nothing('ignored', 'The event does not say which direct cost it concerns.');
  const { account, companyId, scope } = page;
  const place = { account, companyId, projectProcoreId: scope.slice(scope.indexOf('/') + 1) };
  const part = await findSentPart(db, place, id);
  if (part === null) return lookAtStranger(db, api, place, id);
  if (isUnderWay(part)) return nothing('unchanged', 'It is being sent; its run looks at it.');
  if (part.desired === null) return nothing('ignored', 'The invoice does not want it any more.');
  const verdict = nextWrite(part.desired, part.agreed, await lookAtRecord(api.directCosts, part));
  const drift = verdict.kind === 'refuse' ? { code: verdict.code, message: messageOf(verdict) } : null;
  return {
    outcome: { state: 'unchanged', outcome: drift?.message ?? 'It is as it was sent.' },
    found: { part, drift },
  };
}

const nothing = (state: 'ignored' | 'unchanged', outcome: string): Looked => ({
  outcome: { state, outcome },
  found: null,
});

const isUnderWay = ({ state, sending }: SentPart): boolean => state !== 'sent' || sending !== null;

/** A record the journal does not name: somebody else's, or a second one with our stamp. */
async function lookAtStranger(
  db: Db,
  api: CompanyApi,
  place: { account: string; companyId: string; projectProcoreId: string },
  id: string,
): Promise<Looked> {
  const { projectProcoreId: projectId } = place;
  const record = await showRecord(api.directCosts, projectId, id);
  const stamp = record?.originData;
  if (!record || !stamp?.startsWith('lentune/')) return nothing('ignored', 'It is none of ours.');
  const part = await findStampedPart(db, place, stamp);
  if (part === null)
    return nothing('ignored', 'It carries the stamp of another installation or of an invoice that is gone.');
  if (isUnderWay(part) || part.procoreId === null)
    return nothing('unchanged', 'It is being sent; its run looks at it.');
  if (isUnusedEdition(record)) {
    await api.directCosts.delete({ projectId, directCostId: id });
    return { outcome: { state: 'applied', outcome: 'A second, unused edition of ours was deleted.' }, found: null };
  }
  const number = part.desired?.header.invoiceNumber ?? '';
  const project = part.desired?.projectText ?? '';
  const drift: Drift = {
    code: 'DOUBLE_POSTED',
    message: messageOf({ code: 'DOUBLE_POSTED', facts: { number, project } }),
  };
  return { outcome: { state: 'unchanged', outcome: drift.message }, found: { part, drift } };
}
