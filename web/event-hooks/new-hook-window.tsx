import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { sentenceOf } from '../api.ts';
import { CopyField } from '../elements/copy-field.tsx';
import { addEventHook } from './queries.ts';

/** Asks for an address, then shows the secret its events are signed with this once. */
export function NewHookWindow({ hosts, onClose }: { hosts: string[]; onClose: () => void }) {
  const [url, setUrl] = useState('');
  const add = useMutation({ mutationFn: () => addEventHook(url.trim()) });
  return (
    <Modal opened onClose={onClose} title="New webhook" closeOnClickOutside={add.data === undefined}>
      {add.data === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate();
          }}
        >
          <Stack gap="sm">
            <TextInput
              label="Address"
              description={
                hosts.length === 0
                  ? 'This installation tells no host yet: whoever runs it names them in EVENT_HOOK_HOSTS.'
                  : `On ${hosts.join(' or ')}`
              }
              value={url}
              onChange={(event) => setUrl(event.currentTarget.value)}
              error={add.error === null ? undefined : sentenceOf(add.error)}
              required
              data-autofocus
            />
            <Button type="submit" loading={add.isPending}>
              Add the webhook
            </Button>
          </Stack>
        </form>
      ) : (
        <Stack gap="sm">
          <Text size="sm">
            Events are signed with this secret. This is the only time it is shown; copy it to the program now.
          </Text>
          <CopyField label="Secret" value={add.data.secret} />
          <Button onClick={onClose}>Done</Button>
        </Stack>
      )}
    </Modal>
  );
}
