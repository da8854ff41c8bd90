import { Button, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { announce, announceError } from '../elements/announce.tsx';
import { countOf } from '../format.ts';
import { type Change, confirmOrders, type SettingsDraft, type Stored } from './draft.ts';
import { changesRecords, EffectsPreview } from './effects-preview.tsx';
import { saveSettings } from './save.ts';
import styles from './settings.module.css';

interface UnsavedFootProps {
  draft: SettingsDraft;
  stored: Stored;
  changes: Change[];
  setDraft: (change: (draft: SettingsDraft) => SettingsDraft) => void;
  /** saved or discarded */
  onEnd: () => void;
}

/** Nothing is kept before Save; what changes what Procore gets, or what comes from there, is shown once more first. */
export function UnsavedFoot({ draft, stored, changes, setDraft, onEnd }: UnsavedFootProps) {
  const [isReviewing, setReviewing] = useState(false);
  const save = useMutation({
    mutationFn: () => saveSettings(draft),
    onSuccess: () => {
      setReviewing(false);
      announce('Settings saved.');
      onEnd();
    },
    onError: announceError,
  });
  const hasEffects = changesRecords(draft);
  const changesSending = changes.some((change) => change.changesSending);
  const needsReview = changesSending || hasEffects;
  return (
    <section className={styles.foot} aria-label="Unsaved changes">
      <strong>{countOf(changes.length, 'unsaved change')}</strong>
      <span className={styles.footButtons}>
        <Button variant="default" disabled={save.isPending} onClick={onEnd}>
          Discard
        </Button>
        <Button
          loading={save.isPending && !isReviewing}
          onClick={() => (needsReview ? setReviewing(true) : save.mutate())}
        >
          Save
        </Button>
      </span>
      <Modal opened={isReviewing} onClose={() => setReviewing(false)} size="lg" title="Review before saving">
        {changesSending && <p className={styles.soft}>These changes affect what is sent to Procore from now on.</p>}
        <table className={styles.diff}>
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Now</th>
              <th scope="col">After saving</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.label}>
                <th scope="row">{change.label}</th>
                <td>{change.before}</td>
                <td>
                  <strong>{change.after}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {hasEffects && (
          <EffectsPreview
            draft={draft}
            stored={stored}
            onConfirmOrders={(companyId, confirmation) =>
              setDraft((now) => confirmOrders(now, companyId, confirmation))
            }
          />
        )}
        <div className={styles.modalButtons}>
          <Button variant="default" onClick={() => setReviewing(false)}>
            Go back
          </Button>
          <Button loading={save.isPending} onClick={() => save.mutate()} data-autofocus>
            Save changes
          </Button>
        </div>
      </Modal>
    </section>
  );
}
