import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Invoice } from '../../schemas/invoices.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { decideEdited } from './queries.ts';

/** What to do about edits people made in Procore to what is ours. The third way is to change the invoice. */
export function EditedChoices({ invoice }: { invoice: Invoice }) {
  const decide = useMutation({
    mutationFn: (choice: 'keep_theirs' | 'take_ours') => decideEdited(invoice.id, choice),
    onSuccess: () => announce('Decided; on its way to Procore.'),
    onError: announceError,
  });
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={decide.isPending}
        title="What people changed stays as it is there; the invoice counts as sent."
        onClick={() => decide.mutate('keep_theirs')}
      >
        Keep theirs
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        disabled={decide.isPending}
        title="What people changed on our lines is set back to the invoice. Lines they added stay."
        onClick={() => decide.mutate('take_ours')}
      >
        Take ours
      </Button>
    </>
  );
}
