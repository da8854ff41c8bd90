import type { Simulator } from '../engine/simulator.ts';
import { accounts, contacts, organisations, taxRates, uuidFor } from './tables.ts';

/** New Zealand's usual expense accounts. */
const ACCOUNTS: readonly [code: string, name: string, type: string][] = [
  ['310', 'Cost of Goods Sold', 'DIRECTCOSTS'],
  ['400', 'Advertising', 'OVERHEADS'],
  ['404', 'Bank Fees', 'OVERHEADS'],
  ['408', 'Cleaning', 'OVERHEADS'],
  ['412', 'Consulting & Accounting', 'OVERHEADS'],
  ['420', 'Entertainment', 'OVERHEADS'],
  ['425', 'Freight & Courier', 'OVERHEADS'],
  ['429', 'General Expenses', 'OVERHEADS'],
  ['433', 'Insurance', 'OVERHEADS'],
  ['441', 'Legal expenses', 'OVERHEADS'],
  ['445', 'Light, Power, Heating', 'OVERHEADS'],
  ['449', 'Motor Vehicle Expenses', 'OVERHEADS'],
  ['453', 'Office Expenses', 'OVERHEADS'],
  ['461', 'Printing & Stationery', 'OVERHEADS'],
  ['469', 'Rent', 'OVERHEADS'],
  ['473', 'Repairs and Maintenance', 'OVERHEADS'],
  ['485', 'Subscriptions', 'OVERHEADS'],
  ['489', 'Telephone & Internet', 'OVERHEADS'],
  ['493', 'Travel - National', 'OVERHEADS'],
];

const TAX_RATES: readonly [taxType: string, name: string, rate: number][] = [
  ['INPUT2', '15% GST on Expenses', 15],
  ['OUTPUT2', '15% GST on Income', 15],
  ['ZERORATED', 'Zero Rated', 0],
  ['NONE', 'No GST', 0],
];

/** Fills the books of two organisations, once; a data folder of an earlier edition has none yet. */
export function addXeroSample(sim: Simulator): void {
  if (organisations(sim).size > 0) return;
  sim.quietly(() => {
    for (const name of ['Kauri Construction Ltd', 'Kauri Interiors Ltd']) {
      const { tenant_id } = organisations(sim).insert({ tenant_id: uuidFor(sim, 'xero_organisations'), name });
      for (const [code, title, type] of ACCOUNTS)
        accounts(sim).insert({
          tenant_id,
          uuid: uuidFor(sim, 'xero_accounts'),
          code,
          name: title,
          type,
          status: 'ACTIVE',
        });
      accounts(sim).insert({
        tenant_id,
        uuid: uuidFor(sim, 'xero_accounts'),
        code: '477',
        name: 'Wages (closed)',
        type: 'OVERHEADS',
        status: 'ARCHIVED',
      });
      for (const [tax_type, title, rate] of TAX_RATES)
        taxRates(sim).insert({
          tenant_id,
          uuid: uuidFor(sim, 'xero_tax_rates'),
          tax_type,
          name: title,
          rate,
          status: 'ACTIVE',
        });
      for (const contact of ['Kiwi Power', 'Office Supplies NZ', 'City Council'])
        contacts(sim).insert({ tenant_id, uuid: uuidFor(sim, 'xero_contacts'), name: contact, status: 'ACTIVE' });
    }
  });
}
