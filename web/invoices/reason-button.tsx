import { Button, type ButtonProps, Modal, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import styles from './check-screen.module.css';

interface ReasonButtonProps extends Pick<ButtonProps, 'size' | 'variant' | 'leftSection' | 'disabled'> {
  label: string;
  title: string;
  /** what it does, and that the reason is kept */
  children: ReactNode;
  isBusy: boolean;
  onReason: (reason: string) => Promise<unknown>;
}

/** A step that needs a reason: asks for it, and goes on only with one. */
export function ReasonButton({ label, title, children, isBusy, onReason, ...button }: ReasonButtonProps) {
  const [isAsking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const close = () => {
    setAsking(false);
    setReason('');
  };
  return (
    <>
      <Button variant="default" {...button} onClick={() => setAsking(true)}>
        {label}
      </Button>
      <Modal opened={isAsking} onClose={close} title={title}>
        <form
          className={styles.modalForm}
          onSubmit={(event) => {
            event.preventDefault();
            // What went wrong is said by the mutation itself.
            onReason(reason.trim()).then(close, () => undefined);
          }}
        >
          <p>{children}</p>
          <TextInput
            label="Reason"
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button type="submit" disabled={reason.trim() === ''} loading={isBusy}>
            {title}
          </Button>
        </form>
      </Modal>
    </>
  );
}
