import { ActionIcon, Button } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { searchTaxCodes } from '../elements/record-options.ts';
import { Typeahead } from '../elements/typeahead.tsx';
import styles from '../invoices/check-screen.module.css';
import { CodePicker } from '../invoices/code-picker.tsx';
import { CostTypePicker } from '../invoices/cost-type-picker.tsx';
import { focusField } from '../invoices/fields.ts';
import { moveOf } from '../invoices/grid-keys.ts';
import { TextCell } from '../invoices/text-cell.tsx';
import { blankLine, type Draft, type DraftLine, edited } from './draft.ts';
import { ORDER_LINE_FIELDS, type OrderLineField, orderLineField } from './fields.ts';

export interface OrderFormProps {
  draft: Draft;
  change: (edit: (draft: Draft) => Draft) => void;
  mistakes: Record<string, string>;
  isReadOnly: boolean;
}

const HEADS: { head: string; width?: string; isMoney?: boolean }[] = [
  { head: 'Cost code', width: '20%' },
  { head: 'Cost type', width: '13%' },
  { head: 'Description' },
  { head: 'Quantity', width: '8%', isMoney: true },
  { head: 'Unit', width: '6%' },
  { head: 'Unit price ($)', width: '9%', isMoney: true },
  { head: 'Amount ($)', width: '10%', isMoney: true },
  { head: 'Tax code', width: '11%' },
];

/** What is ordered, line by line, made for the keyboard: Tab along, Enter down, arrows anywhere. */
export function OrderLines({ draft, change, mistakes, isReadOnly }: OrderFormProps) {
  const setLine = (key: string, fields: Partial<DraftLine>) =>
    change((now) => ({ ...now, lines: now.lines.map((line) => (line.key === key ? edited(line, fields) : line)) }));
  const addLine = () => change((now) => ({ ...now, lines: [...now.lines, blankLine(now.lines.at(-1))] }));
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const move = moveOf(event, ORDER_LINE_FIELDS);
    if (move === null) return;
    event.preventDefault();
    const go = () => focusField(orderLineField(move.line, move.field));
    if (move.line <= draft.lines.length) return go();
    if (event.key !== 'Enter' || isReadOnly) return;
    addLine();
    // The row stands on the page only after this event.
    setTimeout(go);
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
            <OrderLineRow
              key={line.key}
              number={index + 1}
              line={line}
              draft={draft}
              mistakes={mistakes}
              isReadOnly={isReadOnly}
              onChange={(fields) => setLine(line.key, fields)}
              onRemove={() => {
                change((now) => ({ ...now, lines: now.lines.filter(({ key }) => key !== line.key) }));
                setTimeout(() => focusField(orderLineField(Math.max(1, index), 'code')));
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
            setTimeout(() => focusField(orderLineField(draft.lines.length + 1, 'code')));
          }}
        >
          Add line
        </Button>
      )}
    </section>
  );
}

interface OrderLineRowProps {
  /** 1-based, as problems name it */
  number: number;
  line: DraftLine;
  draft: Draft;
  mistakes: Record<string, string>;
  isReadOnly: boolean;
  onChange: (fields: Partial<DraftLine>) => void;
  onRemove: () => void;
}

function OrderLineRow({ number, line, draft, mistakes, isReadOnly, onChange, onRemove }: OrderLineRowProps) {
  const cell = (field: OrderLineField, name: string) => ({
    label: `Line ${number} ${name}`,
    field: orderLineField(number, field),
    isCell: true,
    isReadOnly,
  });
  const text = (field: 'description' | 'quantity' | 'unit' | 'unitPrice' | 'amount', name: string) => ({
    ...cell(field, name),
    value: line[field],
    mistake: mistakes[`lines.${number - 1}.${field}`],
    onChange: (value: string) => onChange({ [field]: value }),
  });
  return (
    <tr>
      <td className={styles.lineNumber}>{number}</td>
      <td>
        <CodePicker
          {...cell('code', 'cost code')}
          project={draft.project}
          value={line.code}
          onPick={(code, costType) => onChange({ code, costType })}
        />
      </td>
      <td>
        <CostTypePicker
          {...cell('costType', 'cost type')}
          project={draft.project}
          code={line.code}
          value={line.costType}
          onPick={(costType) => onChange({ costType })}
        />
      </td>
      <td>
        <TextCell {...text('description', 'description')} />
      </td>
      <td data-money>
        <TextCell {...text('quantity', 'quantity')} isNumber />
      </td>
      <td>
        <TextCell {...text('unit', 'unit')} />
      </td>
      <td data-money>
        <TextCell {...text('unitPrice', 'unit price')} isNumber />
      </td>
      <td data-money>
        <TextCell {...text('amount', 'amount')} isNumber isMoney />
      </td>
      <td>
        <Typeahead
          {...cell('taxCode', 'tax code')}
          value={line.taxCode}
          optionsKey={['tax-codes', 'options']}
          load={searchTaxCodes}
          onPick={(taxCode) => onChange({ taxCode })}
        />
      </td>
      <td>
        {!isReadOnly && (
          <ActionIcon size="sm" aria-label={`Remove line ${number}`} tabIndex={-1} onClick={onRemove}>
            <IconTrash size={14} aria-hidden />
          </ActionIcon>
        )}
      </td>
    </tr>
  );
}
