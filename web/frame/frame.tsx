import { IconCloudOff } from '@tabler/icons-react';
import { Outlet } from '@tanstack/react-router';
import { formatMoment } from '../format.ts';
import { useLiveUpdates } from '../live.ts';
import { useReachability } from '../reachability.ts';
import styles from './frame.module.css';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';

/** What stays while screens change: where one can go, where one is signed in, whether Procore and the server answer. */
export function Frame() {
  useLiveUpdates();
  const { isReachable, lastAnswerAt } = useReachability();
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#screen">
        Skip to the screen
      </a>
      <Rail />
      <TopBar />
      <main id="screen" className={styles.screen} tabIndex={-1}>
        {!isReachable && (
          <div className={styles.offline} role="status">
            <IconCloudOff size={16} aria-hidden />
            No connection to the server. {lastAnswerAt !== null && `Last updated ${formatMoment(lastAnswerAt)}, `}
            retrying.
          </div>
        )}
        <Outlet />
      </main>
    </div>
  );
}
