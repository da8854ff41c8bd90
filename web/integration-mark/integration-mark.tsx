import {
  IconBan,
  IconCheck,
  IconCircleDashed,
  IconCircleHalf2,
  IconClock,
  IconHandStop,
  IconHourglass,
  IconMinus,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Integration } from '../../schemas/invoices.ts';
import styles from './integration-mark.module.css';

type Tone = 'good' | 'bad' | 'warn' | 'calm' | 'soft';

interface Mark {
  icon: TablerIcon;
  word: string;
  /** where a column is narrow; the whole word stays the accessible name */
  short?: string;
  tone: Tone;
}

const MARKS: Record<Integration, Mark> = {
  sent: { icon: IconCheck, word: 'Sent', tone: 'good' },
  failed: { icon: IconX, word: 'Failed', tone: 'bad' },
  skipped: { icon: IconMinus, word: 'Skipped', tone: 'soft' },
  queued: { icon: IconClock, word: 'Queued', tone: 'calm' },
  sending: { icon: IconClock, word: 'Sending', tone: 'calm' },
  waiting: { icon: IconHourglass, word: 'Waiting for Procore', short: 'Waiting', tone: 'warn' },
  partial: { icon: IconCircleHalf2, word: 'Partly sent', tone: 'warn' },
  held: { icon: IconHandStop, word: 'Held', tone: 'warn' },
  ignored: { icon: IconBan, word: 'Ignored', tone: 'soft' },
};

const BLANK: Mark = { icon: IconCircleDashed, word: 'Not processed', tone: 'soft' };

/** Where a document stands on its way to Procore: always a sign and its word. */
export function IntegrationMark({ state, isShort }: { state: Integration | null; isShort?: boolean }) {
  const { icon: Icon, word, short, tone } = state === null ? BLANK : MARKS[state];
  return (
    <span className={styles.mark} data-tone={tone} data-blank={state === null || undefined}>
      <Icon size={14} stroke={2.2} aria-hidden />
      <span className={styles.word}>{isShort && short !== undefined ? <abbr title={word}>{short}</abbr> : word}</span>
    </span>
  );
}
