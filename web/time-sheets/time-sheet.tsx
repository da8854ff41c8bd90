import { Button, Modal, SegmentedControl, Textarea } from '@mantine/core';
import { IconArrowLeft, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { TimeSheet } from '../../schemas/time-sheets.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Screen } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { formatDay, today } from '../format.ts';
import { IntegrationMark } from '../integration-mark/integration-mark.tsx';
import { Timeline } from '../invoices/timeline.tsx';
import { timeSetupQuery } from '../people/queries.ts';
import { BLANK_CELL, entriesOf, rowsOf, type WeekRow } from './draft.ts';
import { EntryPanel } from './entry-panel.tsx';
import { chooseTime, saveTimeEntries, stepTimeSheet, timeLogQuery, timeSheetQuery } from './queries.ts';
import { STATUS_WORDS } from './status.ts';
import styles from './time-sheets.module.css';
import { type Place, WeekGrid, weekdayOf } from './week-grid.tsx';

export function TimeSheetScreen() {
  const { id } = useParams({ from: '/frame/time-sheets/$id' });
  const query = useQuery(timeSheetQuery(id));
  return <Loaded query={query}>{(sheet) => <Week key={sheet.id} sheet={sheet} />}</Loaded>;
}

function Week({ sheet }: { sheet: TimeSheet }) {
  const [draft, setDraft] = useState<WeekRow[] | null>(null);
  const [chosen, setChosen] = useState<Place | null>(null);
  const [shownDay, setShownDay] = useState(sheet.days.includes(today()) ? today() : sheet.days[0]!);
  const setup = useQuery(timeSetupQuery).data;
  const log = useQuery(timeLogQuery(sheet.id));
  const rows = draft ?? rowsOf(sheet);
  const save = useMutation({
    mutationFn: () => saveTimeEntries(sheet.id, entriesOf(rows)),
    onSuccess: () => {
      setDraft(null);
      announce('Time saved.');
    },
    onError: announceError,
  });
  const choose = useMutation({
    mutationFn: (input: { entryId: string; choice: 'link' | 'add' | 'skip' }) =>
      chooseTime(sheet.id, input.entryId, input.choice),
    onError: announceError,
  });
  const visible = (setup?.entryTypes ?? []).filter(
    (type) => type.isVisible || sheet.entries.some((entry) => entry.entryTypeId === type.id),
  );
  const row = rows.find((one) => one.key === chosen?.row);
  const cell = row?.cells[chosen?.day ?? ''] ?? BLANK_CELL;
  const addRow = () => {
    const entryTypeId =
      sheet.defaults.entryTypeId ?? visible.find((type) => type.kind === 'normal')?.id ?? visible[0]?.id;
    if (entryTypeId === undefined) return announce('Ask an admin to add entry types under People first.', 'bad');
    setDraft([
      ...rows,
      { key: `new#${Date.now()}`, project: null, code: null, costTypeId: null, entryTypeId, cells: {} },
    ]);
  };
  return (
    <Screen
      title={`${sheet.userName}, week of ${formatDay(sheet.weekStart)}`}
      aside={
        <>
          <Tag tone={sheet.status === 'approved' ? 'good' : 'soft'}>{STATUS_WORDS[sheet.status]}</Tag>
          <IntegrationMark state={sheet.integration} />
        </>
      }
      actions={<Steps sheet={sheet} hasDraft={draft !== null} />}
    >
      <Link to="/time-sheets" className={styles.back}>
        <IconArrowLeft size={14} aria-hidden /> Time sheets
      </Link>
      {sheet.rejectedReason !== null && <p className={styles.problem}>Rejected: {sheet.rejectedReason}</p>}
      {sheet.isPartlyHidden && (
        <p className={styles.soft}>Some time of this week is confidential: only the person and payroll see it.</p>
      )}
      {sheet.stuck.map((one) => (
        <p key={`${one.date}${one.message}`} className={styles.problem}>
          <strong>{one.message}</strong> {one.fix}
        </p>
      ))}
      <SegmentedControl
        className={styles.days}
        aria-label="Day"
        value={shownDay}
        onChange={setShownDay}
        data={sheet.days.map((day) => ({ value: day, label: weekdayOf(day) }))}
      />
      <WeekGrid
        sheet={sheet}
        rows={rows}
        entryTypes={visible}
        shownDay={shownDay}
        chosen={chosen}
        onChoose={setChosen}
        onChange={setDraft}
      />
      {sheet.may.edit && (
        <div className={styles.buttons}>
          <Button variant="default" leftSection={<IconPlus size={15} />} onClick={addRow}>
            Add a row
          </Button>
          <Button disabled={draft === null} loading={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
        </div>
      )}
      <Problems sheet={sheet} rows={rows} onChoose={setChosen} />
      {row !== undefined && chosen !== null && (
        <EntryPanel
          day={chosen.day}
          cell={cell}
          entry={sheet.entries.find((entry) => entry.id === cell.id)}
          defaults={sheet.defaults}
          isReadOnly={!sheet.may.edit}
          onChange={(next) =>
            setDraft(
              rows.map((one) => (one.key === row.key ? { ...one, cells: { ...one.cells, [chosen.day]: next } } : one)),
            )
          }
          onChoice={(choice) => cell.id !== undefined && choose.mutate({ entryId: cell.id, choice })}
        />
      )}
      <Timeline log={log} />
    </Screen>
  );
}

interface ProblemsProps {
  sheet: TimeSheet;
  rows: readonly WeekRow[];
  onChoose(place: Place): void;
}

/** Every entry that could not be sent, or that Procore no longer has as it was, with the way to its cell. */
function Problems({ sheet, rows, onChoose }: ProblemsProps) {
  const failed = sheet.entries.filter((entry) => entry.problems.length > 0 || entry.drift !== null);
  if (failed.length === 0) return null;
  return (
    <section aria-label="Problems" className={styles.log}>
      <h2>Problems ({failed.length})</h2>
      <ul>
        {failed.map((entry) => {
          const row = rows.find((one) => one.cells[entry.date]?.id === entry.id);
          return (
            <li key={entry.id}>
              {entry.problems.map((problem) => problem.message).join(' ') || entry.drift?.message}{' '}
              {row !== undefined && (
                <Button variant="subtle" size="compact-xs" onClick={() => onChoose({ row: row.key, day: entry.date })}>
                  {weekdayOf(entry.date)}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const STEPS = [
  { name: 'submit', words: 'Submit', said: 'Submitted.' },
  { name: 'approve', words: 'Approve', said: 'Approved.' },
  { name: 'process', words: 'Process', said: 'Processed.' },
  { name: 'reverse', words: 'Reverse', said: 'Taken out of its batch.' },
  { name: 'send', words: 'Send', said: 'Queued for Procore.' },
] as const;

/** What this person may do with the sheet now; what a role may not do is not there. */
function Steps({ sheet, hasDraft }: { sheet: TimeSheet; hasDraft: boolean }) {
  const [isRejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const step = useMutation({
    mutationFn: ({ name, body }: { name: string; body?: object; said: string }) => stepTimeSheet(sheet.id, name, body),
    onSuccess: (_, { said }) => {
      setRejecting(false);
      announce(said);
    },
    onError: announceError,
  });
  return (
    <>
      {sheet.may.reject && (
        <Button variant="default" onClick={() => setRejecting(true)}>
          Reject
        </Button>
      )}
      {STEPS.filter(
        ({ name }) =>
          sheet.may[name] &&
          (name !== 'send' ||
            sheet.integration === 'failed' ||
            sheet.integration === 'partial' ||
            sheet.integration === 'held'),
      ).map(({ name, words, said }) => (
        <Button
          key={name}
          variant={name === 'submit' || name === 'approve' ? 'filled' : 'default'}
          disabled={hasDraft}
          title={hasDraft ? 'Save first' : undefined}
          loading={step.isPending && step.variables?.name === name}
          onClick={() => step.mutate({ name, said })}
        >
          {name === 'send' ? 'Retry' : words}
        </Button>
      ))}
      <Modal opened={isRejecting} onClose={() => setRejecting(false)} title="Reject this time sheet">
        <Textarea
          label="Reason"
          description="The person reads it beside the week."
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <div className={styles.buttons}>
          <Button
            color="red"
            disabled={reason.trim() === ''}
            loading={step.isPending}
            onClick={() => step.mutate({ name: 'reject', body: { reason }, said: 'Rejected.' })}
          >
            Reject
          </Button>
        </div>
      </Modal>
    </>
  );
}
