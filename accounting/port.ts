import type { Bill, BillKind, BillStatus, RemoteBill } from '../domain/bill.ts';

/** One HTTP call, fit for a log: no header, no secret. */
export interface AccountingCall {
  method: string;
  path: string;
  /** null when there was no answer */
  status: number | null;
  requestId: string | null;
  startedAt: string;
  durationMs: number;
  /** what we sent and what came back, shortened */
  request: string | null;
  response: string | null;
}

/** Whose call it is. */
export interface SignInScope {
  connectionId: string;
  /** without a trailing slash */
  apiUrl: string;
  /** told of every call that left this process, for the integration log */
  onCall?: ((call: AccountingCall) => void) | undefined;
}

/** An organisation a sign-in reaches. */
export interface Organisation {
  id: string;
  name: string;
}

export interface GlAccount {
  code: string;
  name: string;
  isActive: boolean;
}

export interface TaxRate {
  taxType: string;
  name: string;
  /** percent */
  rate: string;
  isActive: boolean;
}

export interface Contact {
  id: string;
  name: string;
  isActive: boolean;
}

/** Which record. */
export interface BillAddress {
  kind: BillKind;
  id: string;
}

/** The books of one organisation. Every method makes one call, or one call per page; a key makes a write happen once. */
export interface OrganisationApi {
  accounts(): Promise<GlAccount[]>;
  taxRates(): Promise<TaxRate[]>;
  /** contacts whose name contains the text, archived ones too; the caller compares exactly */
  findContacts(name: string): Promise<Contact[]>;
  createContact(name: string, key: string): Promise<Contact>;
  /** bills or credit notes of a contact with exactly that number, whatever their status */
  findBills(place: { kind: BillKind; contactId: string; number: string }): Promise<RemoteBill[]>;
  /** null when there is none of that id */
  showBill(address: BillAddress): Promise<RemoteBill | null>;
  /** made as a draft */
  createBill(input: { kind: BillKind; bill: Bill; url: string }, key: string): Promise<RemoteBill>;
  updateBill(address: BillAddress, set: Partial<Bill>, key: string): Promise<RemoteBill>;
  setStatus(address: BillAddress, status: BillStatus, key: string): Promise<RemoteBill>;
  /** a file of that name is replaced */
  attach(address: BillAddress, file: { filename: string; content: Buffer }, key: string): Promise<void>;
}

/** An accounting system. Xero is the first; another one is another implementation of this. */
export interface Accounting {
  /** what people call it */
  system: string;
  organisations(scope: SignInScope): Promise<Organisation[]>;
  organisation(scope: SignInScope & { organisationId: string }): OrganisationApi;
}

/** What a failed call means for whoever made it. */
export type AccountingErrorKind =
  /** come back after `retryAfterMs` */
  | 'rate-limit'
  /** a person must sign in again */
  | 'unauthorized'
  /** no right to this organisation */
  | 'forbidden'
  | 'not-found'
  /** what we sent is refused, in the system's words */
  | 'invalid'
  /** 5xx */
  | 'server'
  /** no answer */
  | 'network'
  /** a success whose body is not what it should be */
  | 'unreadable';

/** The one error of a call to an accounting system. */
export class AccountingError extends Error {
  override readonly name = 'AccountingError';
  readonly kind: AccountingErrorKind;
  readonly system: string;
  /** what the system says, in words a person can read */
  readonly said: string;
  /** a write may have happened although no certain answer came */
  readonly isAmbiguous: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(facts: {
    kind: AccountingErrorKind;
    system: string;
    said: string;
    isAmbiguous?: boolean;
    retryAfterMs?: number | undefined;
  }) {
    super(`${facts.system}: ${facts.kind}: ${facts.said}`);
    this.kind = facts.kind;
    this.system = facts.system;
    this.said = facts.said;
    this.isAmbiguous = facts.isAmbiguous ?? false;
    this.retryAfterMs = facts.retryAfterMs;
  }
}
