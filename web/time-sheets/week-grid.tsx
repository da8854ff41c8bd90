import { ActionIcon, NativeSelect, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import type { EntryType } from '../../schemas/people.ts';
import type { TimeSheet } from '../../schemas/time-sheets.ts';
import { searchProjects } from '../elements/record-options.ts';
import { Typeahead } from '../elements/typeahead.tsx';
import { formatDay } from '../format.ts';
import { IntegrationMark } from '../integration-mark/integration-mark.tsx';
import { CodePicker } from '../invoices/code-picker.tsx';
import { BLANK_CELL, type Cell, totalOf, type WeekRow } from './draft.ts';
import styles from './time-sheets.module.css';

export interface Place {
  row: string;
  day: string;
}

interface WeekGridProps {
  sheet: TimeSheet;
  rows: readonly WeekRow[];
  entryTypes: readonly EntryType[];
  /** the day a phone shows */
  shownDay: string;
  chosen: Place | null;
  onChoose(place: Place): void;
  onChange(rows: WeekRow[]): void;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
export const weekdayOf = (day: string): string => WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? '';

/** A row per project and code, seven days, totals. Arrow keys and Enter go from cell to cell; a phone shows one day. */
export function WeekGrid({ sheet, rows, entryTypes, shownDay, chosen, onChoose, onChange }: WeekGridProps) {
  const isReadOnly = !sheet.may.edit;
  const change = (key: string, set: Partial<WeekRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...set } : row)));
  const setHours = (row: WeekRow, day: string, hours: string) =>
    change(row.key, { cells: { ...row.cells, [day]: { ...(row.cells[day] ?? BLANK_CELL), hours } } });
  return (
    <table className={styles.grid} aria-label={`Week of ${formatDay(sheet.weekStart)}`}>
      <thead>
        <tr>
          <th scope="col">Project, cost code and entry type</th>
          {sheet.days.map((day) => (
            <th key={day} scope="col" data-shown={day === shownDay || undefined} data-day>
              <span>{weekdayOf(day)}</span> {formatDay(day).replace(/ \d{4}$/, '')}
            </th>
          ))}
          <th scope="col" data-total>
            Total
          </th>
          <th aria-hidden />
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={row.key}>
            <td className={styles.place}>
              <Typeahead
                label={`Project, row ${index + 1}`}
                field={`rows.${index}.project`}
                isCell
                placeholder="Project"
                value={row.project}
                optionsKey={['projects', 'options']}
                load={(search) => searchProjects(search)}
                isReadOnly={isReadOnly}
                onPick={(project) => change(row.key, { project, code: null })}
              />
              <CodePicker
                label={`Cost code, row ${index + 1}`}
                field={`rows.${index}.code`}
                isCell
                placeholder="Cost code"
                project={row.project}
                value={row.code}
                isReadOnly={isReadOnly}
                onPick={(code) => change(row.key, { code })}
              />
              <NativeSelect
                aria-label={`Entry type, row ${index + 1}`}
                variant="unstyled"
                disabled={isReadOnly}
                value={row.entryTypeId}
                data={entryTypes.map((type) => ({ value: type.id, label: type.name }))}
                onChange={(event) => change(row.key, { entryTypeId: event.currentTarget.value })}
              />
            </td>
            {sheet.days.map((day) => (
              <td
                key={day}
                data-day
                data-shown={day === shownDay || undefined}
                data-chosen={(chosen?.row === row.key && chosen.day === day) || undefined}
              >
                <HoursCell
                  label={`Hours, ${weekdayOf(day)}, row ${index + 1}`}
                  cell={row.cells[day]}
                  entry={sheet.entries.find((entry) => entry.id === row.cells[day]?.id)}
                  isReadOnly={isReadOnly}
                  place={[index, sheet.days.indexOf(day)]}
                  onFocus={() => onChoose({ row: row.key, day })}
                  onHours={(hours) => setHours(row, day, hours)}
                />
              </td>
            ))}
            <td data-total>{totalOf([row])}</td>
            <td>
              {!isReadOnly && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove row ${index + 1}`}
                  onClick={() => onChange(rows.filter((one) => one.key !== row.key))}
                >
                  <IconTrash size={15} />
                </ActionIcon>
              )}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          {sheet.days.map((day) => (
            <td key={day} data-day data-shown={day === shownDay || undefined}>
              {totalOf(rows, day)}
            </td>
          ))}
          <td data-total>
            <strong>{totalOf(rows)}</strong>
          </td>
          <td aria-hidden />
        </tr>
      </tfoot>
    </table>
  );
}

interface HoursCellProps {
  label: string;
  cell: Cell | undefined;
  entry: TimeSheet['entries'][number] | undefined;
  isReadOnly: boolean;
  place: [row: number, day: number];
  onFocus(): void;
  onHours(hours: string): void;
}

function HoursCell({ label, cell, entry, isReadOnly, place: [row, day], onFocus, onHours }: HoursCellProps) {
  const isTimed = cell !== undefined && cell.startTime !== '';
  return (
    <div className={styles.cell}>
      <TextInput
        aria-label={label}
        variant="unstyled"
        inputMode="decimal"
        data-cell={`${row}/${day}`}
        readOnly={isReadOnly || isTimed}
        value={cell?.hours ?? ''}
        onFocus={onFocus}
        onChange={(event) => onHours(event.currentTarget.value)}
        onKeyDown={(event) => move(event, row, day)}
      />
      {entry !== undefined && !entry.staysHere && entry.integration !== null && (
        <IntegrationMark state={entry.integration} isShort />
      )}
    </div>
  );
}

/** Up, down and Enter to the row above or below; left and right at the edges of the text. */
function move(event: KeyboardEvent<HTMLInputElement>, row: number, day: number): void {
  const { selectionStart, value } = event.currentTarget;
  const steps: Record<string, [number, number] | undefined> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    Enter: [1, 0],
    ArrowLeft: selectionStart === 0 ? [0, -1] : undefined,
    ArrowRight: selectionStart === value.length ? [0, 1] : undefined,
  };
  const step = steps[event.key];
  if (step === undefined) return;
  const next = event.currentTarget
    .closest('table')
    ?.querySelector<HTMLInputElement>(`input[data-cell="${row + step[0]}/${day + step[1]}"]`);
  if (next == null) return;
  event.preventDefault();
  next.focus();
  next.select();
}
