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
  onChoice(choice: 'link' | 'add' | 'skip'): void;
}

const CHOICES = [
  ['link', 'They are these hours'],
  ['add', 'Add ours anyway'],
  ['skip', 'Skip ours'],
] as const;

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
      {entry?.problems.map((problem) => (
        <div key={problem.message} className={styles.problem}>
          <p>
            <strong>{problem.message}</strong> {problem.fix}
          </p>
          {(problem.code === 'TIME_ALREADY_IN_PROCORE' || problem.code === 'DELETED_REMOTELY') && (
            <div className={styles.buttons}>
              {CHOICES.filter(([choice]) => choice !== 'link' || problem.code === 'TIME_ALREADY_IN_PROCORE').map(
                ([choice, words]) => (
                  <Button key={choice} size="xs" variant="default" onClick={() => onChoice(choice)}>
                    {words}
                  </Button>
                ),
              )}
            </div>
          )}
        </div>
      ))}
    </section>
  );
}
