import { IconCircleCheck, IconCircleX, IconExternalLink, IconPoint } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { LogEntry } from '../../schemas/invoices.ts';
import { Details } from '../elements/details.tsx';
import { Loaded, LoadingRows } from '../elements/states.tsx';
import { formatCount, formatMoment } from '../format.ts';
import styles from './check-screen.module.css';

const SIGNS = { success: IconCircleCheck, fail: IconCircleX, info: IconPoint };
const SIGN_WORDS = { success: 'Success', fail: 'Fail', info: 'Note' };

/** Everything that happened to a document, newest first, each attempt with what was said and answered. */
export function Timeline({ log }: { log: UseQueryResult<LogEntry[]> }) {
  return (
    <section id="log" className={styles.block} aria-label="Log">
      <h2 className={styles.sectionTitle}>Log</h2>
      <Loaded query={log} loading={<LoadingRows rows={3} />}>
        {(entries) =>
          entries.length === 0 ? (
            <p className={styles.soft}>Nothing has happened yet. Approvals and every attempt appear here.</p>
          ) : (
            <ol className={styles.timeline}>
              {[...entries]
                .sort((a, b) => b.at.localeCompare(a.at))
                .map((entry) => (
                  <Entry key={entry.id} entry={entry} />
                ))}
            </ol>
          )
        }
      </Loaded>
    </section>
  );
}

function Entry({ entry }: { entry: LogEntry }) {
  const Sign = SIGNS[entry.result];
  return (
    <li data-result={entry.result}>
      <Sign size={18} aria-label={SIGN_WORDS[entry.result]} className={styles.sign} />
      <div className={styles.entry}>
        <p className={styles.entryText}>{entry.message}</p>
        <p className={styles.soft}>
          {formatMoment(entry.at)}
          {entry.actor !== null && `, ${entry.actor}`}
        </p>
        <Details>
          <EntryDetails entry={entry} />
        </Details>
      </div>
    </li>
  );
}

function EntryDetails({ entry }: { entry: LogEntry }) {
  const facts = [
    ['Event', entry.event],
    ['Code', entry.code],
    ['Duration', entry.durationMs === null ? null : `${formatCount(entry.durationMs)} ms`],
    ['Procore request id', entry.procoreRequestId],
  ].filter(([, value]) => value !== null);
  return (
    <div className={styles.technical}>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {isGiven(entry.request) && <Body title="Request" body={entry.request} />}
      {isGiven(entry.response) && <Body title="Response" body={entry.response} />}
      {entry.temporalUrl !== null && (
        <a href={entry.temporalUrl} target="_blank" rel="noreferrer">
          Open in Temporal <IconExternalLink size={13} aria-hidden />
        </a>
      )}
    </div>
  );
}

function Body({ title, body }: { title: string; body: unknown }) {
  return (
    <div>
      <h3>{title}</h3>
      <pre>{typeof body === 'string' ? body : JSON.stringify(body, null, 2)}</pre>
    </div>
  );
}

const isGiven = (body: unknown) => body !== null && body !== undefined;
