import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { TimeSetup } from '../../schemas/people.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { addSetup } from './queries.ts';
import styles from './setup-lists.module.css';

const KINDS = { normal: 'Normal', overtime: 'Overtime', leave: 'Leave', allowance: 'Allowance' } as const;

/** The three lists, each with what it says in words and a line to add one. */
export function SetupLists({ setup, mayChange }: { setup: TimeSetup; mayChange: boolean }) {
  const [approvals, setApprovals] = useState('1');
  const [kind, setKind] = useState<keyof typeof KINDS>('normal');
  const [isConfidential, setConfidential] = useState(false);
  const [flags, setFlags] = useState({
    isCrewMember: true,
    isCrewManager: false,
    approvesFirst: false,
    approvesSecond: false,
  });
  return (
    <div className={styles.lists}>
      <SetupList
        title="User groups"
        lines={setup.groups.map(
          (one) =>
            `${one.name}: ${one.approvals === 2 ? 'two approvals' : 'one approval'}, ${Number(one.dailyHours)} h a day from ${one.startTime}, ${one.breakMinutes} min break`,
        )}
        mayChange={mayChange}
        onAdd={(name) =>
          addSetup('user-groups', {
            name,
            approvals: Number(approvals),
            dailyHours: '8',
            startTime: '07:30',
            breakMinutes: 30,
            weekStartsOn: 1,
            labourCostTypeId: null,
          })
        }
      >
        <NativeSelect
          aria-label="Approvals of the new group"
          data={[
            { value: '1', label: 'One approval' },
            { value: '2', label: 'Two approvals' },
          ]}
          value={approvals}
          onChange={(event) => setApprovals(event.currentTarget.value)}
        />
      </SetupList>
      <SetupList
        title="Entry types"
        lines={setup.entryTypes.map(
          (one) =>
            `${one.name}: ${KINDS[one.kind].toLowerCase()}${one.isConfidential ? ', confidential' : ''}${one.isVisible ? '' : ', not visible for time sheet entry'}`,
        )}
        mayChange={mayChange}
        onAdd={(name) => addSetup('entry-types', { name, kind, isConfidential, isVisible: true })}
      >
        <NativeSelect
          aria-label="Kind of the new entry type"
          data={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as keyof typeof KINDS)}
        />
        <Checkbox
          label="Confidential"
          checked={isConfidential}
          onChange={(event) => setConfidential(event.currentTarget.checked)}
        />
      </SetupList>
      <SetupList
        title="Access personas"
        lines={setup.personas.map(
          (one) =>
            `${one.name}: ${
              FLAGS.filter(([flag]) => one[flag])
                .map(([, words]) => words.toLowerCase())
                .join(', ') || 'nothing'
            }`,
        )}
        mayChange={mayChange}
        onAdd={(name) => addSetup('personas', { name, ...flags })}
      >
        {FLAGS.map(([flag, words]) => (
          <Checkbox
            key={flag}
            label={words}
            checked={flags[flag]}
            onChange={(event) => {
              const isOn = event.currentTarget.checked;
              setFlags((now) => ({ ...now, [flag]: isOn }));
            }}
          />
        ))}
      </SetupList>
    </div>
  );
}

const FLAGS = [
  ['isCrewMember', 'Crew member: own time'],
  ['isCrewManager', 'Crew manager: time of their group'],
  ['approvesFirst', '1st approval'],
  ['approvesSecond', '2nd approval'],
] as const;

interface SetupListProps {
  title: string;
  lines: readonly string[];
  mayChange: boolean;
  onAdd(name: string): Promise<void>;
  children: ReactNode;
}

function SetupList({ title, lines, mayChange, onAdd, children }: SetupListProps) {
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: () => onAdd(name),
    onSuccess: () => {
      setName('');
      announce('Added.');
    },
    onError: announceError,
  });
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {mayChange && (
        <div className={styles.add}>
          <TextInput
            aria-label={`Name of the new one under ${title}`}
            placeholder="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {children}
          <Button variant="default" disabled={name.trim() === ''} loading={add.isPending} onClick={() => add.mutate()}>
            Add
          </Button>
        </div>
      )}
    </section>
  );
}
