import { type ReactNode, useEffect } from 'react';
import styles from './screen.module.css';

interface ScreenProps {
  title: string;
  /** beside the title: a mark, a count */
  aside?: ReactNode;
  actions?: ReactNode;
  /** tables go edge to edge, forms keep a readable width */
  width?: 'full' | 'form';
  children: ReactNode;
}

export function Screen({ title, aside, actions, width = 'full', children }: ScreenProps) {
  useEffect(() => {
    document.title = `${title} · Lentune for Procore`;
  }, [title]);
  return (
    <div className={styles.screen} data-width={width}>
      <header className={styles.head}>
        <h1 className={styles.title}>{title}</h1>
        {aside}
        <div className={styles.actions}>{actions}</div>
      </header>
      <div className={styles.body}>{children}</div>
    </div>
  );
}

interface SectionProps {
  title: string;
  /** one line on what it changes */
  hint?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

export function Section({ title, hint, action, children }: SectionProps) {
  return (
    <section className={styles.section} aria-label={title}>
      <div className={styles.sectionHead}>
        <div>
          <h2 className={styles.sectionTitle}>{title}</h2>
          {hint !== undefined && <p className={styles.hint}>{hint}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}
