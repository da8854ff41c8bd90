import { Button, Checkbox } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatCount } from '../format.ts';
import styles from './data-table.module.css';

export interface Column<Row> {
  header: string;
  cell: (row: Row) => ReactNode;
  /** css width; the one column without takes what is left */
  width?: number;
  align?: 'right';
}

/** Which rows are chosen, where choosing is possible. */
interface Selection {
  chosen: ReadonlySet<string>;
  set: (chosen: ReadonlySet<string>) => void;
  nameOf: (id: string) => string;
}

interface DataTableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  selection?: Selection;
  isMuted?: (row: Row) => boolean;
}

/** A dense table: one line a row, the head stays while the rows scroll. */
export function DataTable<Row>({ label, columns, rows, keyOf, selection, isMuted }: DataTableProps<Row>) {
  const ids = rows.map(keyOf);
  const chosenHere = selection ? ids.filter((id) => selection.chosen.has(id)).length : 0;
  return (
    <table className={styles.table} aria-label={label}>
      <colgroup>
        {selection && <col style={{ width: 40 }} />}
        {columns.map((column) => (
          <col key={column.header} style={column.width === undefined ? {} : { width: column.width }} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {selection && (
            <th scope="col">
              <Checkbox
                aria-label="Choose all rows"
                checked={ids.length > 0 && chosenHere === ids.length}
                indeterminate={chosenHere > 0 && chosenHere < ids.length}
                onChange={() => selection.set(chosenHere === ids.length ? new Set() : new Set(ids))}
              />
            </th>
          )}
          {columns.map((column) => (
            <th key={column.header} scope="col" data-align={column.align}>
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const id = keyOf(row);
          const isChosen = selection?.chosen.has(id) ?? false;
          return (
            <tr key={id} data-chosen={isChosen || undefined} data-muted={isMuted?.(row) || undefined}>
              {selection && (
                <td>
                  <Checkbox
                    aria-label={`Choose ${selection.nameOf(id)}`}
                    checked={isChosen}
                    onChange={() => selection.set(toggled(selection.chosen, id))}
                  />
                </td>
              )}
              {columns.map((column) => (
                <td key={column.header} data-align={column.align}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface MoreProps {
  shown: number;
  total: number;
  noun: string;
  hasMore: boolean;
  isLoading: boolean;
  onMore: () => void;
}

export function LoadMore({ shown, total, noun, hasMore, isLoading, onMore }: MoreProps) {
  return (
    <div className={styles.more}>
      <span>
        {hasMore ? `${formatCount(shown)} of ${formatCount(total)}` : formatCount(total)} {noun}
        {total === 1 ? '' : 's'}
      </span>
      {hasMore && (
        <Button variant="default" loading={isLoading} onClick={onMore}>
          Load more
        </Button>
      )}
    </div>
  );
}

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}
