import { ActionIcon, TextInput } from '@mantine/core';
import { IconCalendar } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { formatDay, parseDay } from '../format.ts';
import styles from './day-field.module.css';

interface DayFieldProps {
  label: string;
  /** `YYYY-MM-DD` */
  value: string | null;
  onChange: (day: string | null) => void;
  error?: ReactNode;
  isReadOnly?: boolean;
  isDisabled?: boolean;
  field?: string;
}

/** A day as people here write it: typed in any usual form, or picked. */
export function DayField({ label, value, onChange, error, isReadOnly, isDisabled, field }: DayFieldProps) {
  const [text, setText] = useState(value === null ? '' : formatDay(value));
  const [isUnreadable, setUnreadable] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setText(value === null ? '' : formatDay(value));
    setUnreadable(false);
  }, [value]);

  const settle = () => {
    const day = text.trim() === '' ? null : parseDay(text);
    setUnreadable(text.trim() !== '' && day === null);
    if (day !== null) setText(formatDay(day));
    if (day !== value) onChange(day);
  };

  return (
    <div className={styles.field}>
      <TextInput
        label={label}
        placeholder="23 Nov 2026"
        value={text}
        readOnly={isReadOnly ?? false}
        disabled={isDisabled ?? false}
        error={isUnreadable ? 'Enter a date such as 23 Nov 2026.' : error}
        data-field={field}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={settle}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.ctrlKey) settle();
        }}
        rightSection={
          !isReadOnly &&
          !isDisabled && (
            <ActionIcon
              size="sm"
              tabIndex={-1}
              aria-label={`Pick ${label.toLowerCase()}`}
              onClick={() => picker.current?.showPicker()}
            >
              <IconCalendar size={14} aria-hidden />
            </ActionIcon>
          )
        }
      />
      <input
        ref={picker}
        className={styles.picker}
        type="date"
        tabIndex={-1}
        aria-hidden
        value={value ?? ''}
        onChange={(event) => onChange(event.currentTarget.value || null)}
      />
    </div>
  );
}
