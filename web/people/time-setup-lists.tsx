import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { EntryType, Persona, TimeSetup, UserGroup } from '../../schemas/people.ts';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Section } from '../elements/screen.tsx';
import { ENTRY_KINDS, EntryTypeForm } from './entry-type-form.tsx';
import { PERSONA_FLAGS, PersonaForm } from './persona-form.tsx';
import { UserGroupForm, WEEKDAYS } from './user-group-form.tsx';

const GROUP_COLUMNS: Column<UserGroup>[] = [
  { header: 'Approvals', width: 120, cell: (row) => (row.approvals === 2 ? 'Two' : 'One') },
  { header: 'Daily hours', width: 110, align: 'right', cell: (row) => Number(row.dailyHours) },
  { header: 'Start', width: 90, align: 'right', cell: (row) => row.startTime },
  { header: 'Break, minutes', width: 130, align: 'right', cell: (row) => row.breakMinutes },
  { header: 'Week starts', width: 130, cell: (row) => WEEKDAYS[row.weekStartsOn - 1] },
];

const TYPE_COLUMNS: Column<EntryType>[] = [
  { header: 'Kind', width: 140, cell: (row) => ENTRY_KINDS[row.kind] },
  { header: 'Confidential', width: 130, cell: (row) => (row.isConfidential ? 'Yes' : '') },
  { header: 'Visible for time sheet entry', width: 220, cell: (row) => (row.isVisible ? 'Yes' : 'No') },
];

const PERSONA_COLUMNS: Column<Persona>[] = PERSONA_FLAGS.map(({ flag, label }) => ({
  header: label,
  width: 150,
  cell: (row) => (row[flag] ? 'Yes' : ''),
}));

/** User groups, entry types and access personas: a table each, whose names open what can be changed. */
export function TimeSetupLists({ setup, mayChange }: { setup: TimeSetup; mayChange: boolean }) {
  return (
    <>
      <SetupList
        title="User groups"
        hint="The defaults of a day, and how many people approve a week."
        word="user group"
        rows={setup.groups}
        columns={GROUP_COLUMNS}
        mayChange={mayChange}
        form={(group, onClose) => <UserGroupForm group={group} setup={setup} onClose={onClose} />}
      />
      <SetupList
        title="Entry types"
        hint="Only normal time and overtime goes to Procore. Leave, allowances and whatever is confidential stays here."
        word="entry type"
        rows={setup.entryTypes}
        columns={TYPE_COLUMNS}
        mayChange={mayChange}
        form={(type, onClose) => <EntryTypeForm type={type} onClose={onClose} />}
      />
      <SetupList
        title="Access personas"
        hint="What a person may do with time sheets, beside the roles of their sign-in."
        word="access persona"
        rows={setup.personas}
        columns={PERSONA_COLUMNS}
        mayChange={mayChange}
        form={(persona, onClose) => <PersonaForm persona={persona} onClose={onClose} />}
      />
    </>
  );
}

interface SetupListProps<Row> {
  title: string;
  hint: string;
  word: string;
  rows: readonly Row[];
  columns: Column<Row>[];
  mayChange: boolean;
  form(row: Row | null, onClose: () => void): ReactNode;
}

function SetupList<Row extends { id: string; name: string }>(props: SetupListProps<Row>) {
  const { title, hint, word, rows, columns, mayChange, form } = props;
  const [edited, setEdited] = useState<Row | 'new' | null>(null);
  const name: Column<Row> = {
    header: 'Name',
    cell: (row) =>
      mayChange ? (
        <Button variant="transparent" size="compact-sm" p={0} onClick={() => setEdited(row)}>
          {row.name}
        </Button>
      ) : (
        row.name
      ),
  };
  return (
    <Section
      title={title}
      hint={hint}
      action={
        mayChange && (
          <Button variant="default" leftSection={<IconPlus size={15} />} onClick={() => setEdited('new')}>
            New {word}
          </Button>
        )
      }
    >
      {rows.length > 0 && <DataTable label={title} columns={[name, ...columns]} rows={rows} keyOf={(row) => row.id} />}
      {edited !== null && form(edited === 'new' ? null : edited, () => setEdited(null))}
    </Section>
  );
}
