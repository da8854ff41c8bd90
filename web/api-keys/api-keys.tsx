import { Anchor, Button, Modal, Text } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ApiKey } from '../../schemas/api-keys.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { EmptyState, Loaded } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { EventHooksSection } from '../event-hooks/event-hooks-section.tsx';
import { formatMoment } from '../format.ts';
import styles from './api-keys.module.css';
import { NewKeyWindow } from './new-key-window.tsx';
import { apiKeysQuery, revokeApiKey } from './queries.ts';

/** The machines that may call our API, each by a key of its own. */
export function ApiKeysScreen() {
  const keys = useQuery(apiKeysQuery);
  const [isMaking, setMaking] = useState(false);
  const [ending, setEnding] = useState<ApiKey | null>(null);
  const columns: Column<ApiKey>[] = [
    { header: 'Name', cell: (row) => <strong>{row.name}</strong> },
    { header: 'Begins with', width: 120, cell: (row) => <code>{row.prefix}</code> },
    { header: 'May do what these may', width: 260, cell: (row) => row.roles.join(', ') },
    { header: 'Made', width: 150, cell: (row) => formatMoment(row.createdAt) },
    {
      header: 'Last used',
      width: 150,
      cell: (row) => (row.lastUsedAt === null ? 'Never' : formatMoment(row.lastUsedAt)),
    },
    {
      header: '',
      width: 110,
      align: 'right',
      cell: (row) =>
        row.revokedAt === null ? (
          <Button size="compact-xs" variant="subtle" aria-label={`Revoke ${row.name}`} onClick={() => setEnding(row)}>
            Revoke
          </Button>
        ) : (
          <Tag tone="soft">Revoked</Tag>
        ),
    },
  ];
  return (
    <Screen
      title="API"
      actions={
        <Button leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
          New key
        </Button>
      }
    >
      <p className={styles.intro}>
        A program sends its key as <code>Authorization: Bearer lk_…</code>. What can be called is described in{' '}
        <Anchor href="/api/openapi.json" inherit>
          the OpenAPI description
        </Anchor>
        .
      </p>
      <Loaded query={keys}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState icon={IconKey} title="No keys yet">
              Make one for each program that calls the API, so that each can be ended alone.
            </EmptyState>
          ) : (
            <DataTable
              label="Keys"
              columns={columns}
              rows={rows}
              keyOf={(row) => row.id}
              isMuted={(row) => row.revokedAt !== null}
            />
          )
        }
      </Loaded>
      <EventHooksSection />
      {isMaking && <NewKeyWindow onClose={() => setMaking(false)} />}
      {ending !== null && <RevokeWindow row={ending} onClose={() => setEnding(null)} />}
    </Screen>
  );
}

function RevokeWindow({ row, onClose }: { row: ApiKey; onClose: () => void }) {
  const revoke = useMutation({
    mutationFn: () => revokeApiKey(row.id),
    onSuccess: () => {
      announce(`The key "${row.name}" is revoked.`);
      onClose();
    },
    onError: announceError,
  });
  return (
    <Modal opened onClose={onClose} title={`Revoke "${row.name}"?`}>
      <Text size="sm" mb="md">
        The program that uses this key is refused from now on. This cannot be taken back.
      </Text>
      <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
        Revoke the key
      </Button>
    </Modal>
  );
}
