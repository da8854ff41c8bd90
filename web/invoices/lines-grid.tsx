import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import styles from './check-screen.module.css';
import { blankLine, type ChangeDraft, type Draft, type DraftLine, edited } from './draft.ts';
import { focusField, LINE_FIELDS, lineField } from './fields.ts';
import { moveOf } from './grid-keys.ts';
import { LineRow } from './line-row.tsx';

interface LinesGridProps {
  draft: Draft;
  change: ChangeDraft;
  mistakes: Record<string, string>;
  isReadOnly: boolean;
}

const HEADS: { head: string; width?: string; isMoney?: boolean }[] = [
  { head: 'Project', width: '13%' },
  { head: 'Cost or GL code', width: '17%' },
  { head: 'Cost type', width: '12%' },
  { head: 'Description' },
  { head: 'Quantity', width: '8%', isMoney: true },
  { head: 'Unit price ($)', width: '9%', isMoney: true },
  { head: 'Amount ($)', width: '10%', isMoney: true },
  { head: 'Tax code', width: '10%' },
];

/** The coding of an invoice, line by line, made for the keyboard: Tab along, Enter down, arrows anywhere. */
export function LinesGrid({ draft, change, mistakes, isReadOnly }: LinesGridProps) {
  const setLine = (key: string, fields: Partial<DraftLine>) =>
    change((now) => ({
      ...now,
      lines: now.lines.map((line) => (line.key === key ? edited(line, fields) : line)),
    }));
  const addLine = () => change((now) => ({ ...now, lines: [...now.lines, blankLine(now.lines.at(-1))] }));
  const removeLine = (key: string) =>
    change((now) => ({ ...now, lines: now.lines.filter((line) => line.key !== key) }));

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const move = moveOf(event, LINE_FIELDS);
    if (move === null) return;
    event.preventDefault();
    if (move.line > draft.lines.length) {
      if (event.key !== 'Enter' || isReadOnly) return;
      addLine();
      // The row stands on the page only after this event.
      setTimeout(() => focusField(lineField(move.line, move.field)));
    } else focusField(lineField(move.line, move.field));
  };

  return (
    <section className={styles.lines} aria-label="Lines">
      <table className={styles.grid}>
        <colgroup>
          <col style={{ width: 36 }} />
          {HEADS.map(({ head, width }) => (
            <col key={head} style={width === undefined ? {} : { width }} />
          ))}
          <col style={{ width: 36 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">
              <span className={styles.unseen}>Line</span>
            </th>
            {HEADS.map(({ head, isMoney }) => (
              <th key={head} scope="col" data-money={isMoney || undefined}>
                {head}
              </th>
            ))}
            <th scope="col">
              <span className={styles.unseen}>Remove</span>
            </th>
          </tr>
        </thead>
        <tbody onKeyDown={onKeyDown}>
          {draft.lines.map((line, index) => (
            <LineRow
              key={line.key}
              number={index + 1}
              line={line}
              header={draft}
              mistakes={mistakes}
              isReadOnly={isReadOnly}
              onChange={(fields) => setLine(line.key, fields)}
              onRemove={() => {
                removeLine(line.key);
                setTimeout(() => focusField(lineField(Math.max(1, index), 'project')));
              }}
            />
          ))}
        </tbody>
      </table>
      {!isReadOnly && (
        <Button
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => {
            addLine();
            setTimeout(() => focusField(lineField(draft.lines.length + 1, 'project')));
          }}
        >
          Add line
        </Button>
      )}
    </section>
  );
}
