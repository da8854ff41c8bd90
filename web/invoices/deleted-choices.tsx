import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Invoice } from '../../schemas/invoices.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { decideDeleted } from './queries.ts';

/** What to do about a record, or lines of it, that people deleted in Procore. */
export function DeletedChoices({ invoice }: { invoice: Invoice }) {
  const decide = useMutation({
    mutationFn: (choice: 'recreate' | 'unlink') => decideDeleted(invoice.id, choice),
    onSuccess: (_invoice, choice) => announce(choice === 'recreate' ? 'On its way to Procore.' : 'Let go of.'),
    onError: announceError,
  });
  return (
    <>
      <Button size="compact-xs" variant="default" loading={decide.isPending} onClick={() => decide.mutate('recreate')}>
        Make it again
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        disabled={decide.isPending}
        title="The invoice is ignored; Procore stays as it is."
        onClick={() => decide.mutate('unlink')}
      >
        Let go of it
      </Button>
    </>
  );
}
