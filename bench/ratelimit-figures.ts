/** An allowance as Procore has it: so many calls in so many seconds. */
export interface Window {
  limit: number;
  seconds: number;
}

/** A call that was answered, as the worker that made it saw it. Milliseconds since 1970. */
export interface CallMade {
  worker: string;
  lane: string;
  askedAt: number;
  /** when it was first told to wait; null when it went at once */
  placedAt: number | null;
  admittedAt: number;
}

/** A request as the simulator's log has it. */
export interface LoggedCall {
  at: string;
  status: number | null;
  userAgent: string | null;
}

interface Measured {
  long: Window;
  spike: Window;
  seconds: number;
  startedAt: number;
  calls: readonly CallMade[];
  logged: readonly LoggedCall[];
}

/** What the run shows, held against its targets. */
export function judge({ long, spike, seconds, startedAt, calls, logged }: Measured) {
  const inTime = logged
    .map((call) => ({ ...call, ms: Date.parse(call.at) }))
    .filter(({ ms }) => ms >= startedAt && ms < startedAt + seconds * 1000);
  const accepted = inTime.filter(({ status }) => status !== 429);
  const refused = inTime.filter(({ status }) => status === 429);
  const windows = (window: Window) =>
    windowsOf(
      accepted.map(({ ms }) => ms),
      window.seconds * 1000,
    );
  const worst = Math.max(...[long, spike].map((window) => worstRefusals(refused, windows(window))));
  const invoiceCalls = calls.filter(({ lane }) => lane === 'push');
  const waits = invoiceCalls.map(({ askedAt, admittedAt }) => (admittedAt - askedAt) / 1000).sort((a, b) => a - b);
  const overtaken = invoiceCalls.filter((call) => isOvertaken(call, calls)).length;
  const permitted = (seconds / long.seconds) * long.limit;
  const bench = {
    share_used: rounded(accepted.length / permitted),
    worst_429_per_window: worst,
    invoice_p95_wait_s: rounded(waits[Math.ceil(waits.length * 0.95) - 1] ?? 0),
    overtaken,
    calls: accepted.length,
    refused: refused.length,
    invoice_calls: invoiceCalls.length,
    invoice_max_wait_s: rounded(waits.at(-1) ?? 0),
  };
  const targets: [string, boolean][] = [
    ['at least 85 % of the permitted calls used', bench.share_used >= 0.85],
    ['no window with more than one 429 per worker', worst <= 1],
    ['95 % of the calls of an invoice wait at most one spike window', bench.invoice_p95_wait_s <= spike.seconds],
    ['no call of an invoice admitted after a backfill call that asked later', overtaken === 0],
  ];
  return {
    bench,
    isMissed: targets.some(([, isMet]) => !isMet),
    lines: [
      `${accepted.length} of ${permitted} permitted calls, in windows of ${windows(long)
        .map(({ count }) => count)
        .join(', ')}; ${refused.length} refused`,
      ...targets.map(([name, isMet]) => `${isMet ? 'met   ' : 'MISSED'} ${name}`),
    ],
  };
}

/** Windows as Procore counts: one begins with the first call after the one before. */
function windowsOf(times: readonly number[], length: number): { from: number; to: number; count: number }[] {
  const windows: { from: number; to: number; count: number }[] = [];
  for (const ms of [...times].sort((a, b) => a - b)) {
    const last = windows.at(-1);
    if (last !== undefined && ms < last.to) last.count += 1;
    else windows.push({ from: ms, to: ms + length, count: 1 });
  }
  return windows;
}

/** The most refusals one worker met in one window. */
function worstRefusals(
  refused: readonly { ms: number; userAgent: string | null }[],
  windows: readonly { from: number; to: number }[],
): number {
  let worst = 0;
  for (const { from, to } of windows) {
    const counts = new Map<string | null, number>();
    for (const { ms, userAgent } of refused)
      if (ms >= from && ms < to) counts.set(userAgent, (counts.get(userAgent) ?? 0) + 1);
    worst = Math.max(worst, ...counts.values());
  }
  return worst;
}

/** Whether a backfill call that asked after this one had its place in the queue went before it. */
const isOvertaken = ({ placedAt, admittedAt }: CallMade, calls: readonly CallMade[]): boolean =>
  placedAt !== null &&
  calls.some((other) => other.lane === 'backfill' && other.askedAt > placedAt && other.admittedAt < admittedAt);

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
