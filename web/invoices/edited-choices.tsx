import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { announce, announceError } from '../elements/announce.tsx';

interface EditedChoicesProps {
  /** "invoice", "purchase order" */
  noun: string;
  onDecide: (choice: 'keep_theirs' | 'take_ours') => Promise<unknown>;
}

/** What to do about edits people made in Procore to what is ours. The third way is to change the document. */
export function EditedChoices({ noun, onDecide }: EditedChoicesProps) {
  const decide = useMutation({
    mutationFn: onDecide,
    onSuccess: () => announce('Decided; on its way to Procore.'),
    onError: announceError,
  });
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={decide.isPending}
        title={`What people changed stays as it is there; the ${noun} counts as sent.`}
        onClick={() => decide.mutate('keep_theirs')}
      >
        Keep theirs
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        disabled={decide.isPending}
        title={`What people changed on our lines is set back to the ${noun}. Lines they added stay.`}
        onClick={() => decide.mutate('take_ours')}
      >
        Take ours
      </Button>
    </>
  );
}
