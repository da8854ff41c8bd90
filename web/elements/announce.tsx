import { CloseButton } from '@mantine/core';
import { IconAlertCircle, IconCircleCheck } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { sentenceOf } from '../api.ts';
import styles from './announce.module.css';

interface Announcement {
  id: number;
  tone: 'good' | 'bad';
  text: string;
}

const GOOD_MS = 5_000;
const BAD_MS = 12_000;

let announcements: readonly Announcement[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function show(next: readonly Announcement[]): void {
  announcements = next;
  for (const listener of listeners) listener();
}

function remove(id: number): void {
  show(announcements.filter((one) => one.id !== id));
}

/** Says in one line, without taking the focus, what an action came to. */
export function announce(text: string, tone: 'good' | 'bad' = 'good'): void {
  const id = ++lastId;
  const others = announcements.filter((one) => one.text !== text);
  show([...others.slice(-2), { id, tone, text }]);
  setTimeout(() => remove(id), tone === 'good' ? GOOD_MS : BAD_MS);
}

/** For `onError` of a mutation whose screen has no better place to say it. */
export function announceError(error: unknown): void {
  announce(sentenceOf(error), 'bad');
}

export function Announcements() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => announcements,
  );
  return (
    <div className={styles.stack} role="status" aria-live="polite">
      {shown.map((one) => (
        <div key={one.id} className={styles.one} data-tone={one.tone}>
          {one.tone === 'good' ? <IconCircleCheck size={18} aria-hidden /> : <IconAlertCircle size={18} aria-hidden />}
          <span>{one.text}</span>
          <CloseButton size="sm" aria-label="Close message" onClick={() => remove(one.id)} />
        </div>
      ))}
    </div>
  );
}
