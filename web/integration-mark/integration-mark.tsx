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

const MARKS: Record<Integration, { icon: TablerIcon; word: string; tone: Tone }> = {
  sent: { icon: IconCheck, word: 'Sent', tone: 'good' },
  failed: { icon: IconX, word: 'Failed', tone: 'bad' },
  skipped: { icon: IconMinus, word: 'Skipped', tone: 'soft' },
  queued: { icon: IconClock, word: 'Queued', tone: 'calm' },
  sending: { icon: IconClock, word: 'Sending', tone: 'calm' },
  waiting: { icon: IconHourglass, word: 'Waiting for Procore', tone: 'warn' },
  partial: { icon: IconCircleHalf2, word: 'Partly sent', tone: 'warn' },
  held: { icon: IconHandStop, word: 'Held', tone: 'warn' },
  ignored: { icon: IconBan, word: 'Ignored', tone: 'soft' },
};

const BLANK = { icon: IconCircleDashed, word: 'Not processed', tone: 'soft' as const };

/** Where a document stands on its way to Procore: always a sign and its word. */
export function IntegrationMark({ state }: { state: Integration | null }) {
  const { icon: Icon, word, tone } = state === null ? BLANK : MARKS[state];
  return (
    <span className={styles.mark} data-tone={tone} data-blank={state === null || undefined}>
      <Icon size={14} stroke={2.2} aria-hidden />
      <span className={styles.word}>{word}</span>
    </span>
  );
}
