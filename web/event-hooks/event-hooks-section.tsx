import { Button, Group, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EventHook } from '../../schemas/event-hooks.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Section } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { formatCount, formatMoment } from '../format.ts';
import { NewHookWindow } from './new-hook-window.tsx';
import { eventHooksQuery, removeEventHook, setEventHookActive } from './queries.ts';

const COLUMNS: Column<EventHook>[] = [
  { header: 'Address', cell: (row) => row.url },
  { header: 'Standing', width: 320, cell: (row) => <Standing row={row} /> },
  { header: 'Last told', width: 150, cell: (row) => (row.toldAt === null ? 'Never' : formatMoment(row.toldAt)) },
  { header: '', width: 190, align: 'right', cell: (row) => <Actions row={row} /> },
];

/** The programs that are told what becomes of documents. */
export function EventHooksSection() {
  const hooks = useQuery(eventHooksQuery);
  const [isAdding, setAdding] = useState(false);
  return (
    <Section
      title="Webhooks"
      hint="Programs that are told when an invoice, purchase order or time sheet was checked, approved, sent or failed."
      action={
        <Button variant="default" leftSection={<IconPlus size={15} />} onClick={() => setAdding(true)}>
          New webhook
        </Button>
      }
    >
      <Loaded query={hooks}>
        {({ rows, hosts }) => (
          <>
            {rows.length === 0 ? (
              <Text size="sm">No program is told yet.</Text>
            ) : (
              <DataTable label="Webhooks" columns={COLUMNS} rows={rows} keyOf={(row) => row.id} />
            )}
            {isAdding && <NewHookWindow hosts={hosts} onClose={() => setAdding(false)} />}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Standing({ row }: { row: EventHook }) {
  const waiting = row.waiting === 0 ? '' : `, ${formatCount(row.waiting)} waiting`;
  if (!row.isActive) return <Tag tone="warn">{`Paused${waiting}`}</Tag>;
  if (row.failingSince !== null)
    return (
      <Tag tone="warn">{`Failing since ${formatMoment(row.failingSince)}${waiting}. ${row.lastAnswer ?? ''}`}</Tag>
    );
  return <Tag tone="good">{row.waiting === 0 ? 'Told everything' : `Telling${waiting}`}</Tag>;
}

function Actions({ row }: { row: EventHook }) {
  const toggle = useMutation({
    mutationFn: () => setEventHookActive(row.id, !row.isActive),
    onError: announceError,
  });
  const remove = useMutation({
    mutationFn: () => removeEventHook(row.id),
    onSuccess: () => announce(`${row.url} is told nothing any more.`),
    onError: announceError,
  });
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      <Button
        size="compact-xs"
        variant="subtle"
        loading={toggle.isPending}
        aria-label={`${row.isActive ? 'Pause' : 'Resume'} ${row.url}`}
        onClick={() => toggle.mutate()}
      >
        {row.isActive ? 'Pause' : 'Resume'}
      </Button>
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        loading={remove.isPending}
        aria-label={`Remove ${row.url}`}
        onClick={() => remove.mutate()}
      >
        Remove
      </Button>
    </Group>
  );
}
