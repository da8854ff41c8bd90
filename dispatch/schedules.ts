import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { accountsSending } from '../db/queries/automatic-sending.ts';
import { accountsWithCompanies, type SweptCompany, sweptCompanies } from '../db/queries/reconcile.ts';
import { SEND_DUE_MINUTES } from '../domain/bulk.ts';
import { planSweeps } from '../domain/sweep-plan.ts';
import type { Deps } from '../platform/deps.ts';
import { searchAttribute } from '../platform/search-attributes.ts';
import { withDeadline } from '../platform/temporal.ts';
import { workflowIds } from '../platform/workflow-ids.ts';

export type ScheduleKeeperDeps = Pick<Deps, 'db' | 'temporal' | 'logger'>;

/** Keeps Temporal's schedules equal to the settings. */
export interface ScheduleKeeper {
  /** Brings them in line; does nothing when called again too soon. */
  look(): Promise<void>;
  /** The same, at once. */
  keep(): Promise<void>;
}

/** A schedule as the settings want it. */
interface Wanted {
  scheduleId: string;
  type: 'Reconcile' | 'Maintain' | 'SendDue';
  args: object;
  summary: string;
  account: string;
  procoreCompany: string | null;
  everyMinutes: number;
  isPaused: boolean;
}

const LOOK_MS = 5_000;
/** How often all of them are listed, to find what nobody wants any more. */
const ORPHANS_MS = 10 * 60_000;
const DEADLINE_MS = 5_000;
const MAINTAIN_MINUTES = 60;
const RECONNECT = 'Procore needs to be connected again.';

/**
 * Two schedules a company, one an account, and one where automatic sending is on, planned from the settings and the allowance. The database is the truth:
 * what changed there (an interval, a dead sign-in, the allowance Procore told) is found by looking, whoever changed it.
 */
export function createScheduleKeeper({ db, temporal, logger }: ScheduleKeeperDeps): ScheduleKeeper {
  const kept = new Map<string, string>();
  let nextLook = 0;
  let nextOrphans = 0;

  async function keep(): Promise<void> {
    const wanted = await wantedSchedules(db);
    for (const one of wanted) {
      const print = JSON.stringify(one);
      if (kept.get(one.scheduleId) === print) continue;
      await save(temporal, one);
      kept.set(one.scheduleId, print);
    }
    const isGone = [...kept.keys()].some((id) => wanted.every(({ scheduleId }) => scheduleId !== id));
    if (!isGone && Date.now() < nextOrphans) return;
    await removeOrphans(temporal, new Set(wanted.map(({ scheduleId }) => scheduleId)));
    for (const id of kept.keys()) if (wanted.every(({ scheduleId }) => scheduleId !== id)) kept.delete(id);
    nextOrphans = Date.now() + ORPHANS_MS;
  }

  return {
    keep,
    async look() {
      if (Date.now() < nextLook) return;
      nextLook = Date.now() + LOOK_MS;
      await keep().catch((error: unknown) =>
        logger.warn({ err: error }, 'The schedules could not be brought in line; trying again'),
      );
    },
  };
}

async function wantedSchedules(db: Deps['db']): Promise<Wanted[]> {
  const companies = await sweptCompanies(db);
  const accounts = await accountsWithCompanies(db);
  return [
    ...companies.flatMap((company) => [comparison(company, 'delta'), comparison(company, 'full')]),
    ...accounts.map((account) => ({
      scheduleId: workflowIds.maintain(account),
      type: 'Maintain' as const,
      args: { account },
      summary: 'Prune what is old, ask Procore about failed deliveries',
      account,
      procoreCompany: null,
      everyMinutes: MAINTAIN_MINUTES,
      isPaused: false,
    })),
    ...(await accountsSending(db)).map((account) => ({
      scheduleId: workflowIds.sendDue(account),
      type: 'SendDue' as const,
      args: { account },
      summary: 'Queue the invoices and time sheets that are due',
      account,
      procoreCompany: null,
      everyMinutes: SEND_DUE_MINUTES,
      isPaused: false,
    })),
  ];
}

function comparison(company: SweptCompany, mode: 'delta' | 'full'): Wanted {
  const { account, companyId, companyName, procoreId, isConnected, facts } = company;
  const plan = planSweeps(facts);
  return {
    scheduleId: workflowIds.reconcile(account, companyId, mode),
    type: 'Reconcile',
    args: { account, companyId, mode },
    summary: mode === 'delta' ? `Look for changes in ${companyName}` : `Compare all of ${companyName} with Procore`,
    account,
    procoreCompany: procoreId,
    everyMinutes: mode === 'delta' ? plan.changesEveryMinutes : plan.sweepEveryHours * 60,
    isPaused: !isConnected,
  };
}

async function save(temporal: Client, wanted: Wanted): Promise<void> {
  const options = optionsOf(wanted);
  const state = { paused: wanted.isPaused, ...(wanted.isPaused ? { note: RECONNECT } : {}) };
  try {
    await withDeadline(temporal, DEADLINE_MS, () => temporal.schedule.create({ ...options, state }));
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await withDeadline(temporal, DEADLINE_MS, () =>
      temporal.schedule.getHandle(wanted.scheduleId).update((before: ScheduleDescription) => ({
        ...options,
        typedSearchAttributes: before.typedSearchAttributes,
        state: { ...before.state, ...state, note: state.note },
      })),
    );
  }
}

function optionsOf({ scheduleId, type, args, summary, account, procoreCompany, everyMinutes }: Wanted) {
  return {
    scheduleId,
    spec: {
      intervals: [{ every: `${everyMinutes}m`, offset: `${offsetOf(scheduleId, everyMinutes)}s` }],
      jitter: `${Math.min(10 * 60, everyMinutes * 6)}s`,
    },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: `${Math.max(1, everyMinutes)}m`,
      pauseOnFailure: false,
    },
    action: {
      type: 'startWorkflow',
      workflowType: type,
      workflowId: scheduleId,
      taskQueue: 'sync',
      args: [args],
      staticSummary: summary,
      typedSearchAttributes: [
        { key: searchAttribute('Account'), value: account },
        { key: searchAttribute('EntityKind'), value: 'company' },
        ...(procoreCompany === null ? [] : [{ key: searchAttribute('ProcoreCompany'), value: procoreCompany }]),
      ],
    },
  } satisfies ScheduleOptions;
}

/** Spreads companies over the interval, the same way in every process. */
function offsetOf(scheduleId: string, everyMinutes: number): number {
  let sum = 0;
  for (const char of scheduleId) sum = (sum * 31 + char.charCodeAt(0)) % 1_000_003;
  return sum % (everyMinutes * 60);
}

/** Ours, whatever installation of this namespace made them. */
const OURS = /^[^/]+\/(reconcile\/[^/]+\/(delta|full)|maintain|send-due)$/;

async function removeOrphans(temporal: Client, wanted: ReadonlySet<string>): Promise<void> {
  for await (const { scheduleId } of temporal.schedule.list()) {
    if (!OURS.test(scheduleId) || wanted.has(scheduleId)) continue;
    await temporal.schedule
      .getHandle(scheduleId)
      .delete()
      .catch((error: unknown) => {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      });
  }
}
