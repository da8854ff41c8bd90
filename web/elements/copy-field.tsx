import { Button, TextInput } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import styles from './copy-field.module.css';

interface CopyFieldProps {
  label: string;
  description?: string;
  value: string;
  /** left out: read-only */
  onChange?: (value: string) => void;
}

/** A value people carry to another system. */
export function CopyField({ label, description, value, onChange }: CopyFieldProps) {
  const clipboard = useClipboard({ timeout: 1_500 });
  return (
    <div className={styles.field}>
      <TextInput
        label={label}
        description={description}
        value={value}
        readOnly={onChange === undefined}
        data-locked={onChange === undefined || undefined}
        onChange={(event) => onChange?.(event.currentTarget.value)}
        spellCheck={false}
      />
      <Button
        variant="default"
        aria-label={`Copy ${label}`}
        leftSection={clipboard.copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        onClick={() => clipboard.copy(value)}
      >
        {clipboard.copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
