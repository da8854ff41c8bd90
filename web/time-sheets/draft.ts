import type { TimeEntry, TimeEntryInput, TimeSheet } from '../../schemas/time-sheets.ts';
import { plainNumber, sumMoney } from '../format.ts';

interface Named {
  id: string;
  text: string;
}

/** Time of one row on one day. */
export interface Cell {
  id?: string;
  hours: string;
  startTime: string;
  endTime: string;
  breakMinutes: string;
  description: string;
}

/** One row of the week: a project, a code and an entry type. */
export interface WeekRow {
  key: string;
  project: Named | null;
  code: Named | null;
  costTypeId: string | null;
  entryTypeId: string;
  /** by day */
  cells: Record<string, Cell>;
}

export const BLANK_CELL: Cell = { hours: '', startTime: '', endTime: '', breakMinutes: '', description: '' };

/** The rows of a stored week; a second entry of one row and day begins a row of its own. */
export function rowsOf(sheet: TimeSheet): WeekRow[] {
  const rows: WeekRow[] = [];
  for (const entry of sheet.entries) {
    const sign = [entry.projectId, entry.projectCostCodeId, entry.costTypeId, entry.entryTypeId].join('/');
    let row = rows.find((one) => one.key.startsWith(`${sign}#`) && one.cells[entry.date] === undefined);
    if (row === undefined) {
      row = {
        key: `${sign}#${rows.length}`,
        project: named(entry.projectId, entry.projectText),
        code: named(entry.projectCostCodeId, entry.codeText),
        costTypeId: entry.costTypeId,
        entryTypeId: entry.entryTypeId,
        cells: {},
      };
      rows.push(row);
    }
    row.cells[entry.date] = cellOf(entry);
  }
  return rows;
}

const named = (id: string | null, text: string | null): Named | null => (id === null ? null : { id, text: text ?? '' });

const cellOf = (entry: TimeEntry): Cell => ({
  id: entry.id,
  hours: Number(entry.hours) === 0 ? '' : String(Number(entry.hours)),
  startTime: entry.startTime ?? '',
  endTime: entry.endTime ?? '',
  breakMinutes: entry.breakMinutes === 0 ? '' : String(entry.breakMinutes),
  description: entry.description ?? '',
});

const isBlank = (cell: Cell): boolean => plainNumber(cell.hours) === '' && cell.startTime === '' && cell.endTime === '';

/** What Save sends: a cell without time is no entry. */
export const entriesOf = (rows: readonly WeekRow[]): TimeEntryInput[] =>
  rows.flatMap((row) =>
    Object.entries(row.cells)
      .filter(([, cell]) => !isBlank(cell))
      .map(([date, cell]) => ({
        ...(cell.id !== undefined && { id: cell.id }),
        date,
        projectId: row.project?.id ?? null,
        projectCostCodeId: row.code?.id ?? null,
        costTypeId: row.costTypeId,
        entryTypeId: row.entryTypeId,
        startTime: cell.startTime || null,
        endTime: cell.endTime || null,
        breakMinutes: Number(cell.breakMinutes || 0),
        hours: plainNumber(cell.hours) || '0',
        description: cell.description || null,
      })),
  );

export const totalOf = (rows: readonly WeekRow[], day?: string): string =>
  sumMoney(
    rows.flatMap((row) =>
      Object.entries(row.cells).flatMap(([date, cell]) => (day === undefined || date === day ? [cell.hours] : [])),
    ),
  );
