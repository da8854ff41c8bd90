import { formatMoney } from '../format.ts';
import styles from './check-screen.module.css';

interface TextCellProps {
  label: string;
  field: string;
  value: string;
  mistake: string | undefined;
  isReadOnly: boolean;
  isNumber?: boolean;
  isMoney?: boolean;
  onChange: (value: string) => void;
}

/** One field of a grid of lines; an amount is written out once it is left. */
export function TextCell({ label, field, value, mistake, isReadOnly, isNumber, isMoney, onChange }: TextCellProps) {
  return (
    <>
      <input
        className={styles.cell}
        aria-label={label}
        aria-invalid={mistake !== undefined || undefined}
        title={mistake}
        data-field={field}
        data-number={isNumber || undefined}
        inputMode={isNumber ? 'decimal' : 'text'}
        autoComplete="off"
        readOnly={isReadOnly}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={() => {
          if (isMoney && value.trim() !== '' && formatMoney(value) !== value) onChange(formatMoney(value));
        }}
      />
      {mistake !== undefined && <span className={styles.cellMistake}>{mistake}</span>}
    </>
  );
}
