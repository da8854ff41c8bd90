import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { announce, announceError } from '../elements/announce.tsx';

interface DeletedChoicesProps {
  /** "invoice", "purchase order" */
  noun: string;
  onDecide: (choice: 'recreate' | 'unlink') => Promise<unknown>;
}

/** What to do about a record, or lines of it, that people deleted in Procore. */
export function DeletedChoices({ noun, onDecide }: DeletedChoicesProps) {
  const decide = useMutation({
    mutationFn: onDecide,
    onSuccess: (_answer, choice) => announce(choice === 'recreate' ? 'On its way to Procore.' : 'Let go of.'),
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
        title={`The ${noun} is ignored; Procore stays as it is.`}
        onClick={() => decide.mutate('unlink')}
      >
        Let go of it
      </Button>
    </>
  );
}
