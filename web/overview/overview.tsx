import { Button } from '@mantine/core';
import { IconChevronRight, IconCircle, IconCircleCheckFilled, IconMoodSmile } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Overview } from '../../schemas/overview.ts';
import { api } from '../api.ts';
import { Screen, Section } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { countOf, formatCount, formatMoment } from '../format.ts';
import styles from './overview.module.css';

const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: () => api.get('/api/overview', Overview),
});

export function OverviewScreen() {
  const overview = useQuery(overviewQuery);
  return (
    <Screen title="Overview" width="form">
      <Loaded query={overview}>
        {(now) => (
          <>
            <Health now={now} />
            {now.setup.some((step) => !step.isDone) && <Setup steps={now.setup} />}
            <NeedsPerson reasons={now.needsPerson} orders={now.ordersNeedPerson} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

const CONNECTION: Record<Overview['connection'], string> = {
  connected: 'Procore connected',
  reconnect_needed: 'Procore needs to be reconnected',
  disconnected: 'Procore not connected yet',
};

/** One line that says whether all is well. */
function Health({ now }: { now: Overview }) {
  const facts: { words: string; tone?: 'good' | 'bad' | 'warn' }[] = [
    { words: CONNECTION[now.connection], tone: now.connection === 'connected' ? 'good' : 'bad' },
    now.temporal === 'up' ? { words: 'Temporal up', tone: 'good' } : { words: 'Temporal down: all waits', tone: 'bad' },
    { words: now.lastWebhookAt === null ? 'No webhook yet' : `Last webhook ${formatMoment(now.lastWebhookAt)}` },
    {
      words:
        now.inboxPending === 0 ? 'Nothing waits to be applied' : `${formatCount(now.inboxPending)} changes to apply`,
    },
    { words: comparedWords(now) },
    { words: queueWords(now) },
  ];
  if (now.inboxFailed > 0) {
    facts.push({ words: `${countOf(now.inboxFailed, 'change')} from Procore could not be applied`, tone: 'warn' });
  }
  if (now.failingDeliveries > 0) {
    facts.push({ words: `Procore retries ${countOf(now.failingDeliveries, 'webhook')}`, tone: 'warn' });
  }
  if (now.discardedDeliveries > 0) {
    facts.push({
      words: `Procore gave up ${countOf(now.discardedDeliveries, 'webhook')}; comparing finds what they told`,
      tone: 'warn',
    });
  }
  return (
    <ul className={styles.health} aria-label="Health">
      {facts.map(({ words, tone }) => (
        <li key={words} data-tone={tone}>
          {words}
        </li>
      ))}
    </ul>
  );
}

function comparedWords({ lastComparedAt, missedChanges }: Overview): string {
  if (lastComparedAt === null) return 'Not compared with Procore yet';
  const missed = missedChanges === 0 ? '' : `: ${countOf(missedChanges, 'change')} webhooks had missed since yesterday`;
  return `Compared with Procore ${formatMoment(lastComparedAt)}${missed}`;
}

function queueWords(now: Overview): string {
  if (now.documentsQueued === 0) return 'No invoice waits to be sent';
  const since = now.oldestQueuedAt === null ? '' : `, the oldest since ${formatMoment(now.oldestQueuedAt)}`;
  return `${countOf(now.documentsQueued, 'invoice')} on the way${since}`;
}

function Setup({ steps }: { steps: Overview['setup'] }) {
  const next = steps.findIndex((step) => !step.isDone);
  const done = steps.filter((step) => step.isDone).length;
  return (
    <Section title="Set up" hint={`${done} of ${steps.length} steps done`}>
      <ol className={styles.steps}>
        {steps.map((step, index) => (
          <li key={step.step} data-done={step.isDone || undefined}>
            {step.isDone ? (
              <IconCircleCheckFilled size={20} aria-label="Done" className={styles.done} />
            ) : (
              <IconCircle size={20} stroke={1.5} aria-label="To do" className={styles.todo} />
            )}
            <span className={styles.stepWords}>{step.step}</span>
            {!step.isDone && (
              <Button
                variant={index === next ? 'filled' : 'default'}
                renderRoot={(root) => <Link to={step.link} aria-label={`Open: ${step.step}`} {...root} />}
              >
                Open
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function NeedsPerson({ reasons, orders }: { reasons: Overview['needsPerson']; orders: Overview['ordersNeedPerson'] }) {
  return (
    <Section
      title="Needs a person"
      hint="Invoices and purchase orders that stand still until somebody acts, by reason."
    >
      {reasons.length + orders.length === 0 ? (
        <p className={styles.nothing}>
          <IconMoodSmile size={18} stroke={1.5} aria-hidden /> Nothing needs you right now.
        </p>
      ) : (
        <ul className={styles.reasons}>
          {reasons.map((reason) => (
            <li key={reason.code}>
              <Link to="/invoices" search={{ tab: 'failed', problem: reason.code }} className={styles.reason}>
                <span className={styles.count}>{formatCount(reason.count)}</span>
                <span className={styles.message}>{reason.message}</span>
                <IconChevronRight size={16} aria-hidden />
              </Link>
            </li>
          ))}
          {orders.map((reason) => (
            <li key={`order ${reason.code}`}>
              <Link to="/purchase-orders" search={{ tab: 'failed' }} className={styles.reason}>
                <span className={styles.count}>{formatCount(reason.count)}</span>
                <span className={styles.message}>{reason.message}</span>
                <IconChevronRight size={16} aria-hidden />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
