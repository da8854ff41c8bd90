import { ActionIcon } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { searchProjects, searchTaxCodes } from '../elements/record-options.ts';
import { Typeahead } from '../elements/typeahead.tsx';
import styles from './check-screen.module.css';
import { CodePicker } from './code-picker.tsx';
import { CostTypePicker } from './cost-type-picker.tsx';
import type { Draft, DraftLine } from './draft.ts';
import { type LineField, lineField } from './fields.ts';
import { GlCodePicker } from './gl-code-picker.tsx';
import { TextCell } from './text-cell.tsx';

interface LineRowProps {
  /** 1-based, as problems name it */
  number: number;
  line: DraftLine;
  /** its coding stands in where the line has none */
  header: Draft;
  mistakes: Record<string, string>;
  isReadOnly: boolean;
  onChange: (fields: Partial<DraftLine>) => void;
  onRemove: () => void;
}

export function LineRow({ number, line, header, mistakes, isReadOnly, onChange, onRemove }: LineRowProps) {
  const project = line.project ?? header.project;
  const takesHeaderCode = line.project === null || line.project.id === header.project?.id;
  const code = line.code ?? (takesHeaderCode ? header.code : null);
  const mistake = (name: string) => mistakes[`lines.${number - 1}.${name}`];
  const cell = (field: LineField, name: string) => ({
    label: `Line ${number} ${name}`,
    field: lineField(number, field),
    isCell: true,
    isReadOnly,
  });
  const text = (field: 'description' | 'quantity' | 'unitPrice' | 'amount', name: string) => ({
    ...cell(field, name),
    value: line[field],
    mistake: mistake(field),
    onChange: (value: string) => onChange({ [field]: value }),
  });
  return (
    <tr>
      <td className={styles.lineNumber}>{number}</td>
      <td>
        <Typeahead
          {...cell('project', 'project')}
          value={line.project}
          placeholder={header.project?.text}
          optionsKey={['projects', 'options']}
          load={(search) => searchProjects(search)}
          onPick={(picked) => onChange({ project: picked, code: null, costType: null, glCode: null })}
        />
      </td>
      <td>
        {project === null ? (
          <GlCodePicker {...cell('code', 'GL code')} value={line.glCode} onPick={(glCode) => onChange({ glCode })} />
        ) : (
          <CodePicker
            {...cell('code', 'cost code')}
            project={project}
            value={line.code}
            placeholder={takesHeaderCode ? header.code?.text : undefined}
            onPick={(picked, costType) => onChange({ code: picked, costType })}
          />
        )}
      </td>
      <td>
        <CostTypePicker
          {...cell('costType', 'cost type')}
          project={project}
          code={code}
          value={line.costType}
          placeholder={line.code === null ? header.costType?.text : undefined}
          onPick={(costType) => onChange({ costType })}
        />
      </td>
      <td>
        <TextCell {...text('description', 'description')} />
      </td>
      <td data-money>
        <TextCell {...text('quantity', 'quantity')} isNumber />
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
