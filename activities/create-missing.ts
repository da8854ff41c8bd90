import { creationHeld } from '../db/queries/accounting-standing.ts';
import {
  type ClaimSending,
  type ClaimSubject,
  claim,
  fulfil,
  type HeldClaim,
  noteSending,
  release,
} from '../db/queries/claims.ts';
import { addLog } from '../db/queries/integration-log.ts';
import { codeKey, divisionName, type RecordWish, readWish, reviveCode } from '../db/queries/missing-records.ts';
import { getSettings, type IntegrationSettings } from '../db/queries/settings.ts';
import type { Db } from '../db/types.ts';
import type { Held } from '../domain/accounting-systems.ts';
import { DomainError } from '../domain/errors.ts';
import type { MissingRecord } from '../domain/missing.ts';
import { splitNewCode } from '../domain/new-code.ts';
import { installationOf } from '../domain/stamp.ts';
import { failureOf } from '../platform/errors.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { ProcoreError } from '../procore/errors.ts';
import { findRecord, listCodes, onlyCode } from './find-record.ts';
import { attempted, type DocumentRef, documentIdOf, logSubject, type Trail } from './push-attempt.ts';
import { openPushCompany } from './push-company.ts';

export interface CreateMissingDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
  settleDelayMs: number;
}

export type CreateMissingInput = DocumentRef & { record: MissingRecord };

/** One record while an activity makes sure that it exists once. */
interface Making {
  deps: CreateMissingDeps;
  ref: DocumentRef;
  record: MissingRecord;
  wish: RecordWish;
  api: CompanyApi;
  trail: Trail;
  settings: IntegrationSettings;
  /** why nothing is created in the company unasked */
  held: Held;
  /** what every record we create carries in `origin_data` */
  stamp: string;
}

/**
 * Brings one missing record a single write closer to existing in Procore (design: create once). Claimed by the document, so that
 * ten documents make it once; looked for before every write.
 *
 * @returns whether it exists and is linked
 * @throws DomainError `BUSY` while another document makes it, or why it may or can not be made
 */
export async function createMissing(deps: CreateMissingDeps, input: CreateMissingInput): Promise<{ done: boolean }> {
  const { record, ...ref } = input;
  return attempted(deps.db, ref, async (trail) => {
    const making = await begin(deps, ref, record, trail);
    const subject = subjectOf(making);
    const claimed = await claim(deps.db, subject, documentIdOf(ref));
    if (claimed.kind === 'busy') throw new DomainError('BUSY', { what: nameOf(making.wish) });
    if (claimed.kind === 'linked') return { done: await finish(making, claimed.procoreId) };
    return make(making, subject, claimed.claim);
  });
}

/**
 * Looks in Procore for a missing record without creating it, and links it.
 *
 * @returns whether it is there now; a refusal when several could be meant, or the only one is inactive
 */
export async function findMissing(
  deps: Omit<CreateMissingDeps, 'settleDelayMs'>,
  ref: DocumentRef,
  record: MissingRecord,
  trail: Trail,
): Promise<boolean | DomainError> {
  const making = await begin({ ...deps, settleDelayMs: 0 }, ref, record, trail);
  try {
    const procoreId = await findRecord(making.api, record, making.wish);
    if (procoreId === null) return false;
    const subject = subjectOf(making);
    const claimed = await claim(deps.db, subject, documentIdOf(ref));
    if (claimed.kind !== 'held') return claimed.kind === 'linked';
    await link(making, subject, claimed.claim, procoreId);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code !== 'AUTH_EXPIRED') return error;
    throw error;
  }
}

async function begin(deps: CreateMissingDeps, ref: DocumentRef, record: MissingRecord, trail: Trail): Promise<Making> {
  const wish = await readWish(deps.db, ref.account, record);
  if (wish === null) throw new Error(`The ${record.kind} ${record.localId} is gone`);
  const { row, api } = await openPushCompany(deps, ref.account, record.companyId, trail);
  const settings = await getSettings(deps.db, ref.account);
  const stamp = ['lentune', installationOf(row.connectionId), ref.account, record.kind, record.localId].join('/');
  const held = await creationHeld(deps.db, ref.account, record.companyId);
  return { deps, ref, record, wish, api, trail, settings, held, stamp };
}

const subjectOf = ({ ref, record, wish }: Making): ClaimSubject => ({
  account: ref.account,
  companyId: record.companyId,
  kind: record.kind,
  naturalKey: wish.naturalKey,
  localId: record.localId,
  projectProcoreId: record.kind === 'project_cost_code' ? record.projectProcoreId : null,
});

const nameOf = (wish: RecordWish): string => (wish.kind === 'vendor' ? wish.name : wish.code);

/** Looks, and makes what is not there. Any refusal frees the claim. */
async function make(making: Making, subject: ClaimSubject, held: HeldClaim): Promise<{ done: boolean }> {
  const { deps, ref, record, wish, api } = making;
  try {
    const procoreId = await findRecord(api, record, wish);
    if (procoreId !== null) {
      await link(making, subject, held, procoreId);
      return { done: await finish(making, procoreId) };
    }
    mayCreate(making);
    await waitForUnanswered(making, held);
    if (wish.kind === 'project_cost_code' && !(await hasParent(making))) return { done: false };
    const created = await createWhole(making, held);
    await link(making, subject, held, created);
    return { done: await finish(making, created) };
  } catch (error) {
    if (error instanceof DomainError && error.code !== 'BUSY') await release(deps.db, held, documentIdOf(ref));
    throw error;
  }
}

/** Settings "Create cost code and cost type in procore", and creating vendors. */
function mayCreate({ wish, settings, held }: Making): void {
  if (wish.kind === 'vendor' && !settings.createMissingVendors)
    throw new DomainError('VENDOR_MISSING', { vendor: wish.name });
  if (wish.kind === 'cost_type' && !settings.createMissingCodes)
    throw new DomainError('TYPE_NOT_IN_PROCORE', { type: wish.code });
  if (wish.kind === 'project_cost_code' && !settings.createMissingCodes)
    throw new DomainError('CODE_MISSING', { code: wish.code, project: wish.projectText });
  if (held) throw new DomainError('ERP_CONNECTED', { what: nameOf(wish), ...held });
}

/** A creating write that got no answer is repeated after two empty looks; this was one. */
async function waitForUnanswered({ deps, ref, wish }: Making, held: HeldClaim): Promise<void> {
  const { sending } = held;
  if (sending === null) return;
  const now = Date.now();
  const due = Date.parse(sending.lastLookAt ?? sending.at) + deps.settleDelayMs;
  if (now < due) throw settling(wish, due - now);
  if (sending.emptyLooks > 0) return;
  const looked: ClaimSending = { ...sending, emptyLooks: 1, lastLookAt: new Date(now).toISOString() };
  await noteSending(deps.db, held, documentIdOf(ref), looked);
  throw settling(wish, deps.settleDelayMs);
}

const settling = (wish: RecordWish, ms: number) =>
  failureOf(new DomainError('SETTLING', { what: `the creation of ${nameOf(wish)}` }), Math.max(ms, 50));

/** Notes the creating write, makes it, and tells a certain refusal from an unknown outcome. */
async function create(making: Making, held: HeldClaim, run: () => Promise<string>): Promise<string> {
  const { deps, ref, wish } = making;
  const sending: ClaimSending = { at: new Date().toISOString(), emptyLooks: 0, lastLookAt: null };
  if (!(await noteSending(deps.db, held, documentIdOf(ref), sending)))
    throw new DomainError('BUSY', { what: nameOf(wish) });
  try {
    return await run();
  } catch (error) {
    const isCertain = error instanceof DomainError || (error instanceof ProcoreError && !error.isAmbiguous);
    if (!isCertain) throw settling(wish, deps.settleDelayMs);
    await noteSending(deps.db, held, documentIdOf(ref), null);
    throw error instanceof ProcoreError ? refused(error, wish) : error;
  }
}

/** A country Procore does not know never holds an invoice: its vendor is made without it, and the log says so. */
async function createWhole(making: Making, held: HeldClaim): Promise<string> {
  const { deps, ref, wish } = making;
  const country = wish.kind === 'vendor' ? (wish.countryCode ?? '') : '';
  const isWellFormed = /^[A-Z]{2}$/.test(country);
  try {
    if (country === '' || isWellFormed) return await create(making, held, () => createRecord(making, isWellFormed));
  } catch (error) {
    if (!isWellFormed || !(error instanceof DomainError && error.code === 'COUNTRY_CODE')) throw error;
  }
  const unknown = new DomainError('COUNTRY_CODE', { vendor: nameOf(wish), country });
  await addLog(deps.db, {
    ...logSubject(ref),
    event: 'note',
    result: 'info',
    code: unknown.code,
    message: unknown.message,
  });
  return create(making, held, () => createRecord(making, false));
}

/** A refused code is still a missing one; what Procore said stands in the log beside it. */
function refused(error: ProcoreError, wish: RecordWish): unknown {
  if (error.kind !== 'invalid' && error.kind !== 'locked' && error.kind !== 'forbidden' && error.kind !== 'conflict')
    return error;
  if (wish.kind === 'project_cost_code')
    return new DomainError('CODE_MISSING', { code: wish.code, project: wish.projectText });
  if (wish.kind === 'vendor' && wish.countryCode && /country/i.test(error.said))
    return new DomainError('COUNTRY_CODE', { vendor: wish.name, country: wish.countryCode });
  return new DomainError('REFUSED', { what: `the creation of ${nameOf(wish)}`, said: error.said });
}

async function createRecord({ api, record, wish, trail, stamp }: Making, hasCountry: boolean): Promise<string> {
  switch (wish.kind) {
    case 'vendor':
      trail.about(`Created vendor ${wish.name}.`);
      return (await api.vendors.create({ ...vendorFields(wish, hasCountry), originData: stamp })).id;
    case 'cost_type': {
      trail.about(`Created cost type ${wish.code}.`);
      const { name, code, baseType } = wish;
      return (await api.costTypes.create({ name, code, baseType, originData: stamp })).id;
    }
    case 'project_cost_code': {
      const codes = await listCodes(api, record);
      const { parent, segment } = splitNewCode(
        wish.code,
        codes.flatMap((code) => code.full_code ?? []),
      );
      const parentId = parent === null ? undefined : codes.find((code) => code.full_code === parent)?.id;
      const projectId = record.kind === 'project_cost_code' ? record.projectProcoreId : '';
      trail.about(`Created cost code ${wish.code} in ${wish.projectText}.`);
      const child = { projectId, code: segment, name: wish.name, originData: stamp };
      return (await api.costCodes.create(parentId === undefined ? child : { ...child, parentId })).id;
    }
  }
}

/** Addresses go along where they are whole. */
function vendorFields(wish: RecordWish & { kind: 'vendor' }, hasCountry: boolean) {
  const { name, address, city, postcode, countryCode, phone, email } = wish;
  return {
    name,
    ...(address ? { address } : {}),
    ...(city ? { city } : {}),
    ...(postcode ? { zip: postcode } : {}),
    ...(countryCode && hasCountry ? { countryCode } : {}),
    ...(phone ? { businessPhone: phone } : {}),
    ...(email ? { emailAddress: email } : {}),
  };
}

/**
 * The division comes first, as a step of its own that exists once too (domain.md 2.2).
 *
 * @returns whether the parent is there; false when this call has just made it
 */
async function hasParent(making: Making): Promise<boolean> {
  const { deps, ref, record, wish, api, trail, stamp } = making;
  if (record.kind !== 'project_cost_code' || wish.kind !== 'project_cost_code') return true;
  const codes = await listCodes(api, record);
  const { parent, isParentMissing } = splitNewCode(
    wish.code,
    codes.flatMap((code) => code.full_code ?? []),
  );
  if (!isParentMissing || parent === null) return true;
  const projectId = record.projectProcoreId;
  const subject: ClaimSubject = { ...subjectOf(making), naturalKey: codeKey(projectId, parent), localId: null };
  const claimed = await claim(deps.db, subject, documentIdOf(ref));
  if (claimed.kind !== 'held') throw new DomainError('BUSY', { what: parent });
  const division: Making = { ...making, wish: { ...wish, code: parent } };
  await waitForUnanswered(division, claimed.claim);
  const name = await divisionName(deps.db, ref.account, parent);
  // Somebody may have made it between our look and our claim.
  const standing = onlyCode(await listCodes(api, record), parent, wish.projectText);
  if (standing === null) {
    await create(division, claimed.claim, async () => {
      trail.about(`Created division ${parent} in ${wish.projectText}.`);
      return (await api.costCodes.create({ projectId, code: parent, name, originData: `${stamp}/division` })).id;
    });
  }
  await release(deps.db, claimed.claim, documentIdOf(ref));
  return false;
}

/** Writes the link in the transaction that ends the claim, so that the echo of what we made finds it linked. */
async function link(making: Making, subject: ClaimSubject, held: HeldClaim, procoreId: string): Promise<void> {
  const { deps, ref, record, wish } = making;
  const isLinked = await deps.db.transaction(async (tx) => {
    const isOurs = await fulfil(tx, held, subject, procoreId);
    if (isOurs && record.kind === 'project_cost_code') await reviveCode(tx, ref.account, record.localId);
    return isOurs;
  });
  if (isLinked) return;
  if (wish.kind === 'vendor') throw new DomainError('VENDOR_AMBIGUOUS', { vendor: wish.name, count: 1 });
  if (wish.kind === 'cost_type') throw new DomainError('TYPE_NOT_IN_PROCORE', { type: wish.code });
  throw new DomainError('CODE_COLLISION', { code: wish.code, project: wish.projectText, count: 2 });
}

/** A vendor also stands in the directories of the document's projects; adding it there again changes nothing. */
async function finish({ record, wish, api, trail, deps, ref }: Making, procoreId: string): Promise<boolean> {
  if (record.kind !== 'vendor') {
    if (wish.kind === 'project_cost_code') await warnAboutLevel(deps.db, ref, wish);
    return true;
  }
  for (const projectId of record.projectProcoreIds) {
    trail.about(`Added ${nameOf(wish)} to the project directory.`);
    await api.projectVendors.add(projectId, procoreId);
  }
  return true;
}

/** Under the setting, codes are made at project level even if a sub job has one of that name (domain.md Q34). */
async function warnAboutLevel(db: Db, ref: DocumentRef, wish: RecordWish & { kind: 'project_cost_code' }) {
  await addLog(db, {
    ...logSubject(ref),
    event: 'note',
    result: 'info',
    message: `Cost code ${wish.code} is there at project level of ${wish.projectText}.`,
  });
}
