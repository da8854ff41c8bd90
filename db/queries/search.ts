import { type SQL, sql } from 'drizzle-orm';
import {
  payableAccount,
  payableInvoice,
  project,
  projectCostCode,
  purchaseOrder,
  subContract,
} from '../schema/index.ts';
import type { Queryable } from '../types.ts';
import { holding } from './keyset.ts';

export interface FoundRow {
  kind: 'invoice' | 'purchase_order' | 'subcontract' | 'vendor' | 'project' | 'cost_code';
  id: string;
  name: string;
  detail: string;
}

const EACH = 5;

/** What an account has whose number, code or name holds the text: at most five of each kind. */
export async function searchEverything(db: Queryable, account: string, text: string): Promise<FoundRow[]> {
  const supplier = sql`(select v.description from ${payableAccount} v where v.id = payable_account_id)`;
  const searches: SQL[] = [
    sql`select 'invoice' as kind, id, number as name, coalesce(${supplier}, '') as detail from ${payableInvoice}
      where account = ${account} and ${holding(text, payableInvoice.number)} order by id desc limit ${EACH}`,
    sql`select 'purchase_order', id, number, coalesce(description, '') from ${purchaseOrder}
      where account = ${account} and ${holding(text, purchaseOrder.number, purchaseOrder.description)} order by number limit ${EACH}`,
    sql`select 'subcontract', id, number, coalesce(description, '') from ${subContract}
      where account = ${account} and ${holding(text, subContract.number, subContract.description)} order by number limit ${EACH}`,
    sql`select 'vendor', id, code, description from ${payableAccount}
      where account = ${account} and ${holding(text, payableAccount.code, payableAccount.description)} order by description limit ${EACH}`,
    sql`select 'project', id, code, description from ${project}
      where account = ${account} and ${holding(text, project.code, project.description)} order by code limit ${EACH}`,
    sql`select 'cost_code', c.id, c.code, c.description || ', ' || p.code from ${projectCostCode} c
      join ${project} p on p.id = c.project_id
      where c.account = ${account} and c.is_active and (c.code || ' ' || c.description) ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`}
      order by c.code, p.code limit ${EACH}`,
  ];
  const each = searches.map((search) => sql`(${search})`);
  const rows = await db.execute<Record<string, never>>(sql.join(each, sql` union all `));
  return rows.map((row) => row as unknown as FoundRow);
}
