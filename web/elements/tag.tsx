import type { ReactNode } from 'react';
import styles from './tag.module.css';

/** A word about a row: good, worth a look, or merely so. */
export function Tag({ tone, children }: { tone: 'good' | 'warn' | 'soft'; children: ReactNode }) {
  return (
    <span className={styles.tag} data-tone={tone}>
      {children}
    </span>
  );
}
