/** Where Xero's own screens are; a simulated one has none. */
const SCREENS: Record<string, string> = { 'https://login.xero.com': 'https://go.xero.com' };

/** A bill or credit note in the accounting system's own screens. */
export function billLink(
  consentUrl: string | null,
  kind: 'bill' | 'credit_note' | null,
  remoteId: string | null,
): string | null {
  const screens = SCREENS[consentUrl ?? ''];
  if (screens === undefined || remoteId === null) return null;
  return kind === 'credit_note'
    ? `${screens}/AccountsPayable/ViewCreditNote.aspx?creditNoteID=${remoteId}`
    : `${screens}/AccountsPayable/View.aspx?InvoiceID=${remoteId}`;
}
