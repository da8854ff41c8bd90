import { AccountingError, type AccountingErrorKind } from '../accounting/port.ts';
import { XERO_OAUTH } from '../accounting/xero/oauth-provider.ts';
import { DomainError } from '../domain/errors.ts';
import { ProcoreError } from '../procore/errors.ts';
import { refresh } from '../procore/oauth.ts';
import type { Grant, RefreshResult } from '../procore/ports.ts';

/** What a failed call to the accounting system means in words of the catalogue. */
export function accountingRefusal({ kind, system, said }: AccountingError, what: string): DomainError {
  const refused = () => new DomainError('ACCOUNTING_REFUSED', { what, said, system });
  const unavailable = () => new DomainError('ACCOUNTING_UNAVAILABLE', { said, system });
  const byKind: Record<AccountingErrorKind, () => DomainError> = {
    'rate-limit': () => new DomainError('ACCOUNTING_RATE_LIMIT', { system }),
    unauthorized: () => new DomainError('ACCOUNTING_AUTH_EXPIRED', { system }),
    forbidden: refused,
    'not-found': refused,
    invalid: refused,
    // Looked at again, a write as well as a read: half an answer tells nothing for certain.
    unreadable: unavailable,
    server: unavailable,
    network: unavailable,
  };
  return byKind[kind]();
}

/** Xero's next token pair, through the sign-in module both systems share; its errors in the accounting room's words. */
export async function refreshXero(grant: Grant): Promise<RefreshResult> {
  try {
    return await refresh(grant, XERO_OAUTH);
  } catch (error) {
    if (!(error instanceof ProcoreError)) throw error;
    const kind = error.kind === 'rate-limit' || error.kind === 'network' ? error.kind : 'server';
    throw new AccountingError({ kind, system: 'Xero', said: error.said, retryAfterMs: error.retryAfterMs });
  }
}
