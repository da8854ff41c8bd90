import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Loaded } from '../elements/states.tsx';
import { today } from '../format.ts';
import { CheckScreen } from './check-screen.tsx';
import { blankDraft, draftOf } from './draft.ts';
import { invoiceQuery } from './queries.ts';

export function NewInvoiceScreen() {
  return <CheckScreen key="new" invoice={null} start={blankDraft(today())} />;
}

export function InvoiceScreen() {
  const { id } = useParams({ from: '/frame/invoices/$id' });
  const query = useQuery(invoiceQuery(id));
  return (
    <Loaded query={query}>{(invoice) => <CheckScreen key={id} invoice={invoice} start={draftOf(invoice)} />}</Loaded>
  );
}
