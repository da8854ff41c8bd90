import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TimeEntryInput, TimeSheet } from '../../schemas/time-sheets.ts';
import { good, MONDAY, startTimeWorld, type TimeWorld } from './time-world.ts';

/*
 * One person's week under random work: entered, submitted, approved, rejected, edited, emptied, sent again, with faults at
 * every kind of call and workers that restart. After every step Procore's ledger must equal the model below.
 */

let world: TimeWorld;
beforeAll(async () => {
  world = await startTimeWorld({ env: { SETTLE_DELAY_MS: '250' } });
}, 180_000);
afterAll(() => world?.stack.close());

type Status = 'draft' | 'submitted' | 'approved';
interface Held {
  hours: number;
  status: 'pending' | 'approved';
}
interface Model {
  settings: { onSubmission: boolean; afterApproval: boolean };
  status: Status;
  /** hours by day; a day without an entry has none */
  hours: Map<number, number>;
  /** what Procore holds, by day */
  procore: Map<number, Held>;
}
interface Real {
  userId: string;
  monday: string;
  sheet: TimeSheet;
}

/** What Procore shall hold after a run: the rules of domain.md 4, written down once more. */
function post(model: Model): void {
  const { onSubmission, afterApproval } = model.settings;
  const wish =
    model.status === 'draft'
      ? 'none'
      : model.status === 'approved' && afterApproval
        ? 'approved'
        : onSubmission
          ? 'pending'
          : 'as-is';
  if (wish === 'as-is') return;
  for (const [day, held] of [...model.procore]) {
    const isGone = wish === 'none' || !model.hours.has(day);
    if (isGone && held.status === 'pending') model.procore.delete(day);
  }
  if (wish === 'none') return;
  for (const [day, hours] of model.hours) {
    const held = model.procore.get(day);
    if (held === undefined) model.procore.set(day, { hours, status: wish });
    else if (held.status === 'pending') model.procore.set(day, { hours, status: wish });
  }
}

const dayOf = (real: Real, day: number) =>
  new Date(Date.parse(`${real.monday}T00:00:00Z`) + day * 86_400_000).toISOString().slice(0, 10);

/** Sends the model's hours, known entries under their ids. */
async function save(model: Model, real: Real): Promise<void> {
  const entries = [...model.hours].map(([day, hours]): Partial<TimeEntryInput> => {
    const known = real.sheet.entries.find((entry) => entry.date === dayOf(real, day));
    return { date: dayOf(real, day), hours: String(hours), ...(known === undefined ? {} : { id: known.id }) };
  });
  if (entries.length === 0)
    real.sheet = await good<TimeSheet>(world.stack, 'PUT', `/api/time-sheets/${real.sheet.id}/entries`, { entries });
  else real.sheet = await world.enter(real.userId, entries);
}

async function agree(model: Model, real: Real): Promise<void> {
  real.sheet = await world.ended(real.sheet.id, 60_000);
  const to = dayOf(real, 6);
  const cards = (await world.cards()).filter((card) => card.date >= real.monday && card.date <= to);
  const held = cards.map((card) => [card.date, Number(card.hours), card.approval_status]);
  const wanted = [...model.procore].map(([day, one]) => [dayOf(real, day), one.hours, one.status]);
  expect(held.sort()).toEqual(wanted.sort());
}

type Step = fc.AsyncCommand<Model, Real>;

const step = (
  name: string,
  check: (model: Model) => boolean,
  run: (model: Model, real: Real) => Promise<void>,
): Step => ({
  check,
  async run(model, real) {
    await run(model, real);
    post(model);
    await agree(model, real);
  },
  toString: () => name,
});

const canEdit = (model: Model) => model.status !== 'approved';
const day = fc.integer({ min: 0, max: 3 });
const hours = fc.constantFrom(4, 6.5, 8, 7.25);

const enter = fc.tuple(day, hours).map(([at, much]) =>
  step(
    `enter ${much} on day ${at}`,
    (model) => canEdit(model) && !(model.procore.get(at)?.status === 'approved' && !model.hours.has(at)),
    async (model, real) => {
      model.hours.set(at, much);
      await save(model, real);
    },
  ),
);
const remove = day.map((at) =>
  step(
    `remove day ${at}`,
    (model) => canEdit(model) && model.hours.has(at),
    async (model, real) => {
      model.hours.delete(at);
      await save(model, real);
    },
  ),
);
const move = (name: string, from: Status[], to: Status, body: object = {}) =>
  fc.constant(
    step(
      name,
      (model) => from.includes(model.status),
      async (model, real) => {
        model.status = to;
        real.sheet = await world.step(real.sheet.id, name, body);
      },
    ),
  );
const send = fc.constant(
  step(
    'send',
    (model) => model.status !== 'draft',
    async (_, real) => {
      real.sheet = await world.step(real.sheet.id, 'send');
    },
  ),
);
const EFFECTS = [
  { kind: 'lost-response' },
  { kind: 'drop-before' },
  { kind: 'truncate' },
  { kind: 'status', status: 500 },
  { kind: 'late-commit', seconds: 0.15 },
];
const fault = fc
  .tuple(fc.constantFrom('POST', 'PATCH', 'DELETE', 'GET'), fc.constantFrom(...EFFECTS))
  .filter(([method, effect]) => method !== 'GET' || effect.kind === 'drop-before' || effect.kind === 'status')
  .map(
    ([method, effect]): Step => ({
      check: () => true,
      async run() {
        await world.stack.control('POST', '/faults', {
          match: { method, path: '/timecard_entries', nth: 1, times: 1 },
          effect,
        });
      },
      toString: () => `fault: ${effect.kind} at ${method}`,
    }),
  );
const restart = fc.constant<Step>({
  check: () => true,
  async run() {
    await world.stack.stopWorker();
    await world.stack.startWorker();
  },
  toString: () => 'restart',
});

const commands = fc.commands(
  [
    enter,
    enter,
    remove,
    move('submit', ['draft'], 'submitted'),
    move('submit', ['draft'], 'submitted'),
    move('approve', ['submitted'], 'approved'),
    move('reject', ['submitted', 'approved'], 'draft', { reason: 'Look again' }),
    send,
    fault,
    restart,
  ],
  { maxCommands: Number(process.env.MODEL_COMMANDS ?? 40), size: 'max' },
);

let week = 0;
const rotating = Date.now() % 1_000_000;
const seeds = [11, rotating, ...(process.env.SOAK === undefined ? [] : Array.from({ length: 20 }, (_, n) => 1000 + n))];

test.each(
  seeds.flatMap((seed) =>
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ].map(([onSubmission, afterApproval]) => ({ seed, onSubmission: onSubmission!, afterApproval: afterApproval! })),
  ),
)(
  'seed $seed, on submission $onSubmission, after approval $afterApproval: Procore equals the model',
  async (given) => {
    const { seed, onSubmission, afterApproval } = given;
    await world.settings({ sendTimeSheetOnSubmission: onSubmission, sendTimeSheetAfterApproval: afterApproval });
    await fc.assert(
      fc.asyncProperty(commands, async (steps) => {
        await world.stack.control('DELETE', '/faults');
        const monday = new Date(Date.parse(`${MONDAY}T00:00:00Z`) + 7 * 86_400_000 * ++week).toISOString().slice(0, 10);
        const person = await world.person('E-101');
        const model: Model = {
          settings: { onSubmission, afterApproval },
          status: 'draft',
          hours: new Map([[0, 8]]),
          procore: new Map(),
        };
        const real: Real = { userId: person.id, monday, sheet: await world.enter(person.id, [{ date: monday }]) };
        await fc.asyncModelRun(() => ({ model, real }), steps);
      }),
      { seed, numRuns: 2, endOnFailure: true },
    );
  },
  180_000,
);
