import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { Invoice } from '../../schemas/invoices.ts';
import { listCostTypes, searchCodes, searchProjects } from '../elements/record-options.ts';
import { Loaded } from '../elements/states.tsx';
import { today } from '../format.ts';
import { CheckScreen } from './check-screen.tsx';
import { blankDraft, draftOf, type HeaderPicks, type Pick } from './draft.ts';
import { headerKey, invoiceQuery } from './queries.ts';

export function NewInvoiceScreen() {
  return <CheckScreen key="new" invoice={null} start={blankDraft(today())} />;
}

export function InvoiceScreen() {
  const { id } = useParams({ from: '/frame/invoices/$id' });
  const query = useQuery(invoiceQuery(id));
  return <Loaded query={query}>{(invoice) => <LoadedInvoice key={id} invoice={invoice} />}</Loaded>;
}

function LoadedInvoice({ invoice }: { invoice: Invoice }) {
  const header = useQuery({
    queryKey: headerKey(invoice),
    queryFn: () => headerPicks(invoice),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (last: HeaderPicks | undefined) => last,
  });
  return <Loaded query={header}>{(picks) => <CheckScreen invoice={invoice} start={draftOf(invoice, picks)} />}</Loaded>;
}

/** The words of the header's coding, which the invoice names by id only. */
async function headerPicks(invoice: Invoice): Promise<HeaderPicks> {
  const { projectId, projectCostCodeId, costTypeId } = invoice;
  const [projects, codes, types] = await Promise.all([
    projectId === null ? [] : searchProjects('', 500),
    projectId === null || projectCostCodeId === null ? [] : searchCodes(projectId, '', 500),
    costTypeId === null ? [] : listCostTypes(),
  ]);
  const named = (id: string | null, options: { id: string; text: string }[]): Pick | null =>
    id === null ? null : { id, text: options.find((option) => option.id === id)?.text ?? 'Chosen before' };
  return {
    project: named(projectId, projects),
    code: named(projectCostCodeId, codes),
    costType: named(
      costTypeId,
      types.map((type) => ({ id: type.id, text: `${type.code} ${type.description}` })),
    ),
  };
}
