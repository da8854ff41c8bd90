import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Connection } from '../../schemas/connection.ts';
import { connectionQuery } from '../settings/queries.ts';
import styles from './frame.module.css';

const SAYS: Record<Connection['state'], { words: string; tone: string }> = {
  connected: { words: 'Procore connected', tone: 'good' },
  reconnect_needed: { words: 'Reconnect needed', tone: 'bad' },
  disconnected: { words: 'Not connected to Procore', tone: 'soft' },
};

/** No event tells of a grant that ended. */
const LOOK_MS = 30_000;

export function ConnectionPill() {
  const connection = useQuery({ ...connectionQuery, refetchInterval: LOOK_MS });
  if (connection.data === undefined) return null;
  const { words, tone } = SAYS[connection.data.state];
  return (
    <Link to="/settings" search={{ tab: 'procore' }} className={styles.pill} data-tone={tone}>
      <span className={styles.dot} aria-hidden />
      {words}
    </Link>
  );
}
