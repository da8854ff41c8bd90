import { listOrganisations, saveTaxTypes } from '../../db/queries/accounting.ts';
import {
  type AccountingConnectionRow,
  ensureAccountingConnection,
  findAccountingConnection,
  noteAccountingConsent,
} from '../../db/queries/accounting-connection.ts';
import { ACCOUNTING_TOKENS, saveTokens } from '../../db/queries/tokens.ts';
import { changeOrganisation, takeOverOrganisations } from '../../dispatch/accounting.ts';
import type { InvoiceLineDraft } from '../../domain/invoice.ts';
import type { StackOptions } from '../environment/stack.ts';
import { type PushWorld, startPushWorld } from './push-world.ts';

/** A bill or credit note as the simulated Xero holds it. */
export interface HeldBill {
  id: number;
  uuid: string;
  type: string;
  number: string;
  status: string;
  date: string;
  due_date: string | null;
  contact_uuid: string;
  url: string | null;
  lines: {
    Description: string;
    LineAmount: number;
    AccountCode: string | null;
    TaxType: string | null;
    TaxAmount: number;
  }[];
}

/** A push world whose account is connected to the simulated Xero. */
export interface OverheadWorld extends PushWorld {
  connection: AccountingConnectionRow;
  /** an overhead line of $100 with GST unless the test says otherwise */
  overhead(fields?: Partial<InvoiceLineDraft>): Partial<InvoiceLineDraft>;
  bills(number: string): Promise<HeldBill[]>;
  contacts(name: string): Promise<{ uuid: string; name: string }[]>;
  /** Signs in anew, as after a consent. */
  signIn(): Promise<void>;
}

export async function startOverheadWorld(options: StackOptions = {}): Promise<OverheadWorld> {
  const world = await startPushWorld(options);
  try {
    return await withBooks(world);
  } catch (error) {
    await world.stack.close();
    throw error;
  }
}

/** Connects the account of a world to the simulated Xero. */
export async function withBooks(world: PushWorld): Promise<OverheadWorld> {
  const { deps, account, control } = world.stack;
  const { env, db, secrets } = deps;
  const connection = await ensureAccountingConnection(
    db,
    account,
    {
      system: 'xero',
      apiUrl: env.XERO_API_URL,
      consentUrl: env.XERO_LOGIN_URL,
      identityUrl: env.XERO_IDENTITY_URL,
      clientId: env.XERO_CLIENT_ID,
      clientSecret: env.XERO_CLIENT_SECRET,
    },
    secrets.seal,
  );
  const records = async <T>(collection: string) =>
    (await control<{ records: T[] }>('GET', `/records/${collection}`)).records;
  const joined: OverheadWorld = {
    ...world,
    connection,
    overhead: (fields = {}) => ({
      projectId: null,
      projectCostCodeId: null,
      glCode: '445',
      description: 'Power',
      taxCodeId: world.taxCodeId,
      ...fields,
    }),
    bills: async (number) => (await records<HeldBill>('xero_invoices')).filter((bill) => bill.number === number),
    contacts: async (name) =>
      (await records<{ uuid: string; name: string }>('xero_contacts')).filter((contact) => contact.name === name),
    async signIn() {
      const token = await control<{ access_token: string; refresh_token: string; expires_in: number }>(
        'POST',
        '/xero-tokens',
        {},
      );
      await saveTokens(
        db,
        secrets,
        connection.id,
        { accessToken: token.access_token, refreshToken: token.refresh_token, expiresInSeconds: token.expires_in },
        ACCOUNTING_TOKENS,
      );
      await noteAccountingConsent(db, account, connection.id, 'test');
      await takeOverOrganisations(deps, account, connection);
    },
  };
  await joined.signIn();
  const [organisation] = await listOrganisations(db, account, connection.id);
  const now = await findAccountingConnection(db, account, connection.id);
  if (!organisation || !now) throw new Error('Xero has no organisation');
  await changeOrganisation(deps, account, now, organisation.id);
  await saveTaxTypes(db, account, organisation.id, [{ taxCodeId: world.taxCodeId, taxType: 'INPUT2' }]);
  return joined;
}
