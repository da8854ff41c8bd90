import { createHash } from 'node:crypto';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';

/** An organisation: what Xero calls a tenant. */
export interface XeroOrganisationRow extends Row {
  tenant_id: string;
  name: string;
}

interface XeroRow extends Row {
  tenant_id: string;
  uuid: string;
}

export interface XeroContactRow extends XeroRow {
  name: string;
  status: 'ACTIVE' | 'ARCHIVED';
}

export interface XeroAccountRow extends XeroRow {
  code: string;
  name: string;
  type: string;
  status: 'ACTIVE' | 'ARCHIVED';
}

export interface XeroTaxRateRow extends XeroRow {
  tax_type: string;
  name: string;
  /** percent */
  rate: number;
  status: 'ACTIVE' | 'ARCHIVED';
}

export interface XeroLine {
  LineItemID: string;
  Description: string;
  Quantity: number;
  UnitAmount: number;
  LineAmount: number;
  AccountCode: string | null;
  TaxType: string | null;
  TaxAmount: number;
}

/** A bill or a supplier's credit note: two endpoints, one shape. */
export interface XeroDocumentRow extends XeroRow {
  type: 'ACCPAY' | 'ACCPAYCREDIT';
  number: string;
  contact_uuid: string;
  date: string;
  due_date: string | null;
  status: 'DRAFT' | 'SUBMITTED' | 'AUTHORISED' | 'PAID' | 'VOIDED' | 'DELETED';
  url: string | null;
  lines: XeroLine[];
  amount_paid: number;
  /** the app that created it */
  client_id: string;
}

export interface XeroAttachmentRow extends XeroRow {
  document_uuid: string;
  filename: string;
  mime_type: string;
  size: number;
  sha256: string;
}

export interface XeroTokenRow extends Row {
  access_token: string;
  refresh_token: string;
  client_id: string;
  user_name: string;
  tenant_ids: string[];
  expires_at: number;
  revoked: boolean;
  /** when the refresh token was used; null while it was not */
  refreshed_at: number | null;
}

export interface XeroCodeRow extends Row {
  code: string;
  client_id: string;
  redirect_uri: string;
  tenant_ids: string[];
  expires_at: number;
  used: boolean;
}

const table =
  <R extends Row>(name: string) =>
  (sim: Simulator) =>
    sim.store.table<R>(name);

export const organisations = table<XeroOrganisationRow>('xero_organisations');
export const contacts = table<XeroContactRow>('xero_contacts');
export const accounts = table<XeroAccountRow>('xero_accounts');
export const taxRates = table<XeroTaxRateRow>('xero_tax_rates');
export const documents = table<XeroDocumentRow>('xero_invoices');
export const attachments = table<XeroAttachmentRow>('xero_attachments');
export const tokens = table<XeroTokenRow>('xero_tokens');
export const codes = table<XeroCodeRow>('xero_authorization_codes');

/** The same seed gives the same ids: an id is made of the table and the number of the row in it. */
export function uuidFor(sim: Simulator, name: string): string {
  const hash = createHash('sha256')
    .update(`${name}/${sim.store.table(name).nextId}`)
    .digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
