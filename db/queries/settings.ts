import { eq } from 'drizzle-orm';
import { integrationSettings } from '../schema/index.ts';
import type { Queryable } from '../types.ts';

type Row = typeof integrationSettings.$inferSelect;

/** Administration > Settings > Integration as the rules read it. */
export interface IntegrationSettings extends Omit<Row, 'account' | 'updatedAt' | 'quantityPlaces'> {
  quantityPlaces: number;
}

/** The settings of an account; one that never saved any has the defaults. */
export async function getSettings(db: Queryable, account: string): Promise<IntegrationSettings> {
  const [row] = await db.select().from(integrationSettings).where(eq(integrationSettings.account, account));
  if (row) return present(row);
  await db.insert(integrationSettings).values({ account }).onConflictDoNothing();
  return getSettings(db, account);
}

/** Saves what changes. The row is locked, so that two people saving at once are both in the audit with a true "before". */
export async function changeSettings(
  db: Queryable,
  account: string,
  change: Partial<IntegrationSettings>,
): Promise<{ before: IntegrationSettings; after: IntegrationSettings }> {
  await db.insert(integrationSettings).values({ account }).onConflictDoNothing();
  const [row] = await db
    .select()
    .from(integrationSettings)
    .where(eq(integrationSettings.account, account))
    .for('update');
  if (!row) throw new Error('The settings row just inserted is gone');
  const { quantityPlaces, ...rest } = change;
  const [saved] = await db
    .update(integrationSettings)
    .set({
      ...rest,
      ...(quantityPlaces === undefined ? {} : { quantityPlaces: String(quantityPlaces) }),
      updatedAt: new Date().toISOString(),
    })
    .where(eq(integrationSettings.account, account))
    .returning();
  if (!saved) throw new Error('The settings row just locked is gone');
  return { before: present(row), after: present(saved) };
}

function present({ account: _account, updatedAt: _updatedAt, quantityPlaces, ...row }: Row): IntegrationSettings {
  return { ...row, quantityPlaces: Number(quantityPlaces) };
}
