import { Button, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { announce, announceError } from '../elements/announce.tsx';
import styles from './people.module.css';

interface SetupWindowProps {
  title: string;
  /** what is said once it is saved */
  said: string;
  isIncomplete: boolean;
  onSave(): Promise<void>;
  onClose(): void;
  children: ReactNode;
}

/** A small form in a window: Enter saves, Escape leaves it. */
export function SetupWindow({ title, said, isIncomplete, onSave, onClose, children }: SetupWindowProps) {
  const save = useMutation({
    mutationFn: onSave,
    onSuccess: () => {
      announce(said);
      onClose();
    },
    onError: announceError,
  });
  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isIncomplete) save.mutate();
        }}
      >
        {children}
        <Button type="submit" disabled={isIncomplete} loading={save.isPending}>
          Save
        </Button>
      </form>
    </Modal>
  );
}
