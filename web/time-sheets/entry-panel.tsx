import { Button, TextInput } from '@mantine/core';
import type { TimeSheet } from '../../schemas/time-sheets.ts';
import { formatDay } from '../format.ts';
import type { Cell } from './draft.ts';
import styles from './time-sheets.module.css';

interface EntryPanelProps {
  day: string;
  cell: Cell;
  entry: TimeSheet['entries'][number] | undefined;
  defaults: TimeSheet['defaults'];
  isReadOnly: boolean;
  onChange(cell: Cell): void;
  onChoice(choice: Choice): void;
}

type Choice = 'link' | 'add' | 'skip';
const CHOICES: Record<Choice, string> = {
  link: 'They are these hours',
  add: 'Add ours anyway',
  skip: 'Skip ours',
};

/** The chosen cell in full: start, end, break and note; what Procore said of it, and what a person can choose. */
export function EntryPanel({ day, cell, entry, defaults, isReadOnly, onChange, onChoice }: EntryPanelProps) {
  const set = (change: Partial<Cell>) => onChange({ ...cell, ...change });
  return (
    <section className={styles.panel} aria-label={`Entry of ${formatDay(day)}`}>
      <div className={styles.fields}>
        <TextInput
          type="time"
          label="Start"
          readOnly={isReadOnly}
          value={cell.startTime}
          placeholder={defaults.startTime}
          onChange={(event) => set({ startTime: event.currentTarget.value })}
        />
        <TextInput
          type="time"
          label="End"
          description="At or before the start: the next day"
          readOnly={isReadOnly}
          value={cell.endTime}
          onChange={(event) => set({ endTime: event.currentTarget.value })}
        />
        <TextInput
          label="Break, minutes"
          inputMode="numeric"
          readOnly={isReadOnly}
          value={cell.breakMinutes}
          placeholder={String(defaults.breakMinutes)}
          onChange={(event) => set({ breakMinutes: event.currentTarget.value.replace(/\D/g, '') })}
        />
        <TextInput
          className={styles.note}
          label="Description"
          readOnly={isReadOnly}
          value={cell.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
      </div>
      {entry?.staysHere && <p className={styles.soft}>This entry stays in Lentune.</p>}
      {entry?.drift != null && (
        <div className={styles.problem}>
          <p>{entry.drift.message}</p>
          {entry.drift.code === 'DELETED_REMOTELY' && entry.problems.length === 0 && (
            <Choices names={['add', 'skip']} onChoice={onChoice} />
          )}
        </div>
      )}
      {entry?.problems.map((problem) => (
        <div key={problem.message} className={styles.problem}>
          <p>
            <strong>{problem.message}</strong> {problem.fix}
          </p>
          {problem.code === 'TIME_ALREADY_IN_PROCORE' && (
            <Choices names={['link', 'add', 'skip']} onChoice={onChoice} />
          )}
          {problem.code === 'DELETED_REMOTELY' && <Choices names={['add', 'skip']} onChoice={onChoice} />}
        </div>
      ))}
    </section>
  );
}

function Choices({ names, onChoice }: { names: readonly Choice[]; onChoice(choice: Choice): void }) {
  return (
    <div className={styles.buttons}>
      {names.map((name) => (
        <Button key={name} size="xs" variant="default" onClick={() => onChoice(name)}>
          {CHOICES[name]}
        </Button>
      ))}
    </div>
  );
}
