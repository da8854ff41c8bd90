import {
  dropTaxTest,
  findTaxTest,
  finishTaxTest,
  linkedAmong,
  pickTaxTestLine,
  planTaxTest,
  type TaxTestPlace,
} from '../db/queries/tax-tests.ts';
import type { Db } from '../db/types.ts';
import type { DesiredDirectCost } from '../domain/direct-cost.ts';
import { DomainError } from '../domain/errors.ts';
import { installationOf, lineStamp, recordStamp, shortReference } from '../domain/stamp.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { openPushCompany } from './push-company.ts';

export interface TaxTestRef {
  account: string;
  testId: string;
}

export interface TestProjectTaxDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
}

/** The steps of TestProjectTax around `convergePart`, which makes the draft and takes it away again. */
export const createTestProjectTaxActivities = ({ db, procore }: TestProjectTaxDeps) => ({
  /** Plans a draft of one taxed line; null when the test is over already. Refuses where the project lacks what it takes. */
  async prepareTaxTest({ account, testId }: TaxTestRef): Promise<{ partId: string } | null> {
    const place = await findTaxTest(db, account, testId);
    if (place === null || place.state === 'done' || place.state === 'failed') return null;
    const { api } = await openPushCompany({ db, procore }, account, place.companyId, SILENT);
    const desired = await draftOf(db, api, account, place);
    return { partId: await db.transaction((tx) => planTaxTest(tx, account, place, desired)) };
  },

  /** The draft is to go, whatever came of it. */
  async dropTaxDraft({ account, testId }: TaxTestRef): Promise<void> {
    await dropTaxTest(db, account, testId);
  },

  /** Says what the test found: what Procore made of the tax code, or why it could not be tried. */
  async recordTaxTest({ account, testId, problem }: TaxTestRef & { problem: string | null }): Promise<void> {
    const place = await findTaxTest(db, account, testId);
    await db.transaction((tx) => finishTaxTest(tx, account, testId, outcomeOf(place, problem)));
  },
});

export type TestProjectTaxActivities = ReturnType<typeof createTestProjectTaxActivities>;

const SILENT = { onCall: () => undefined, about: () => undefined };

function outcomeOf(place: TaxTestPlace | null, problem: string | null): { state: 'done' | 'failed'; outcome: string } {
  if (problem !== null) return { state: 'failed', outcome: problem };
  if (place?.keepsTax === true) return { state: 'done', outcome: 'Direct costs keep their tax codes here.' };
  if (place?.keepsTax === false) return { state: 'done', outcome: 'Procore drops or refuses tax codes here.' };
  return { state: 'failed', outcome: 'Procore did not say whether it keeps tax codes.' };
}

async function draftOf(db: Db, api: CompanyApi, account: string, place: TaxTestPlace): Promise<DesiredDirectCost> {
  const { projectText, projectProcoreId } = place;
  const { codeId, typeId, taxCode } = await pickTaxTestLine(db, account, place);
  const lacks = (what: string) => new DomainError('REFUSED', { what: `the test of ${projectText}`, said: what });
  if (taxCode === null) throw lacks('the company has no tax code in Procore that is not archived.');
  if (codeId === null || typeId === null) throw lacks('the project has no cost code with a cost type.');
  // Nobody is added to a directory for a test.
  const { rows } = await api.projectVendors.page({ projectId: projectProcoreId, cursor: null });
  const vendor = await linkedAmong(
    db,
    account,
    place.companyId,
    rows.map((row) => row.id),
  );
  if (vendor === null) throw lacks('its directory has no vendor that is a supplier here.');
  const stamp = recordStamp({
    installation: installationOf(place.connectionId),
    account,
    documentId: place.id,
    part: projectProcoreId,
  });
  const blank = { quantity: null, unitCost: null, uom: null };
  const line = { costCodeId: codeId, lineItemTypeId: typeId, taxCodeId: taxCode.id, description: 'Test of tax codes' };
  return {
    stamp,
    projectText,
    vendorName: vendor.name,
    header: {
      invoiceNumber: `TAX TEST ${shortReference(place.id)}`,
      vendorId: vendor.procoreId,
      date: new Date().toISOString().slice(0, 10),
      description: `Test of tax codes, deleted again by itself ${shortReference(place.id)}`,
    },
    status: 'draft',
    total: '1.00',
    lines: [{ stamp: lineStamp(stamp, 1), amount: '1.00', ...blank, ...line }],
    files: [],
    keepsFiles: null,
    scope: 'all',
    choice: null,
    postWithoutTax: false,
    names: { [taxCode.id]: taxCode.code },
  };
}
