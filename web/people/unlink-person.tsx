import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { announce, announceError } from '../elements/announce.tsx';
import { unlinkPerson } from '../to-resolve/queries.ts';

/** Takes a wrong link away; who the Procore user is instead is then asked under To resolve. */
export function UnlinkPerson({ id, name }: { id: string; name: string }) {
  const unlink = useMutation({
    mutationFn: (reason: string) => unlinkPerson(id, reason),
    onSuccess: () => announce(`${name} is unlinked; say under To resolve who their Procore user is.`),
    onError: announceError,
  });
  return (
    <Button
      variant="subtle"
      size="compact-xs"
      ml={6}
      loading={unlink.isPending}
      aria-label={`Unlink ${name}`}
      onClick={() => {
        const reason = window.prompt(`Why is ${name} not the Procore user they are linked to?`)?.trim();
        if (reason) unlink.mutate(reason);
      }}
    >
      Unlink
    </Button>
  );
}
