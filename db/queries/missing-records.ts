import { and, eq } from 'drizzle-orm';
import { normaliseName } from '../../domain/matching.ts';
import type { MissingRecord } from '../../domain/missing.ts';
import { costType, masterCostCode, payableAccount, project, projectCostCode } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

/** What a record would be in Procore: its fields, and what identifies it there. */
export type RecordWish =
  | {
      kind: 'vendor';
      naturalKey: string;
      name: string;
      address: string | null;
      city: string | null;
      postcode: string | null;
      countryCode: string | null;
      phone: string | null;
      email: string | null;
    }
  | { kind: 'cost_type'; naturalKey: string; code: string; name: string; baseType: string }
  | { kind: 'project_cost_code'; naturalKey: string; code: string; name: string; projectText: string };

/** Cost types without one in Procore's terms are of this kind (domain.md section 2). */
const BASE_TYPE = 'other';

/** Reads the local record that Procore lacks; null when it is gone here too. */
export async function readWish(db: Queryable, account: string, record: MissingRecord): Promise<RecordWish | null> {
  const { localId } = record;
  switch (record.kind) {
    case 'vendor': {
      const [row] = await db
        .select()
        .from(payableAccount)
        .where(and(eq(payableAccount.account, account), eq(payableAccount.id, localId)));
      if (!row) return null;
      const { description: name, address, city, postcode, countryCode, phone, email } = row;
      return {
        kind: 'vendor',
        naturalKey: normaliseName(name),
        name,
        address,
        city,
        postcode,
        countryCode,
        phone,
        email,
      };
    }
    case 'cost_type': {
      const [row] = await db
        .select()
        .from(costType)
        .where(and(eq(costType.account, account), eq(costType.id, localId)));
      if (!row) return null;
      const { externalCode: code, description: name } = row;
      return { kind: 'cost_type', naturalKey: normaliseName(code), code, name, baseType: row.baseType ?? BASE_TYPE };
    }
    case 'project_cost_code': {
      const [row] = await db
        .select({ code: projectCostCode, projectCode: project.code, projectName: project.description })
        .from(projectCostCode)
        .innerJoin(project, eq(project.id, projectCostCode.projectId))
        .where(and(eq(projectCostCode.account, account), eq(projectCostCode.id, localId)));
      if (!row) return null;
      return {
        kind: 'project_cost_code',
        naturalKey: codeKey(record.projectProcoreId, row.code.externalCode),
        code: row.code.externalCode,
        name: row.code.description,
        projectText: `${row.projectCode} ${row.projectName}`,
      };
    }
  }
}

/** What makes a code of a Procore project unique before it has an id. */
export const codeKey = (projectProcoreId: string, code: string): string => `${projectProcoreId}:${normaliseName(code)}`;

/** A division is called as the company's standard list calls it, else by its code. */
export async function divisionName(db: Queryable, account: string, code: string): Promise<string> {
  const [row] = await db
    .select({ name: masterCostCode.description })
    .from(masterCostCode)
    .where(and(eq(masterCostCode.account, account), eq(masterCostCode.externalCode, code)))
    .limit(1);
  return row?.name ?? code;
}

/** A code that Procore has again may be used again. */
export async function reviveCode(db: Queryable, account: string, id: string): Promise<void> {
  await db
    .update(projectCostCode)
    .set({ isActive: true })
    .where(and(eq(projectCostCode.account, account), eq(projectCostCode.id, id)));
}
