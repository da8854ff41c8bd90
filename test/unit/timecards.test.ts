import { describe, expect, test } from 'vitest';
import {
  type AgreedTimecard,
  type DesiredTimecard,
  nextTimecardWrite,
  type RemoteTimecard,
  settleTimecard,
  type TimecardDay,
  type TimecardFields,
  type TimecardPart,
} from '../../domain/timecards.ts';

const fields = (over: Partial<TimecardFields> = {}): TimecardFields => ({
  hours: '8',
  timeIn: null,
  timeOut: null,
  lunchMinutes: null,
  costCodeId: 'code',
  lineItemTypeId: 'labour',
  subJobId: null,
  timeTypeId: 'regular',
  description: 'Formwork',
  ...over,
});
const desired = (over: Partial<DesiredTimecard> = {}): DesiredTimecard => ({
  projectText: 'P-1 Harbour',
  mode: 'hours',
  status: 'pending',
  fields: fields(),
  choice: null,
  ...over,
});
const part = (over: Partial<TimecardPart> = {}): TimecardPart => ({
  date: '2026-11-24',
  projectId: 'p',
  stamp: 'lentune/i/a/s/e',
  reference: '[LT-abc123]',
  desired: desired(),
  agreed: null,
  procoreId: null,
  ...over,
});
const row = (over: Partial<RemoteTimecard> = {}): RemoteTimecard => ({
  id: '1',
  projectId: 'p',
  date: '2026-11-24',
  status: 'pending',
  originData: 'lentune/i/a/s/e',
  isSplit: false,
  fields: fields(),
  ...over,
});
const agreed = (over: Partial<AgreedTimecard> = {}): AgreedTimecard => ({
  sent: fields(),
  got: fields(),
  status: 'pending',
  repeatedAt: null,
  isLinkOnly: false,
  ...over,
});
const day = (...rows: RemoteTimecard[]): TimecardDay => ({ rows, ownIds: new Set(), stampPrefix: 'lentune/i/a/' });

test('nothing there: created; there and equal: done; number of decimals does not matter', () => {
  expect(nextTimecardWrite(part(), day())).toEqual({ kind: 'write', write: { kind: 'create' } });
  expect(nextTimecardWrite(part(), day(row({ fields: fields({ hours: '8.00' }) })))).toEqual({ kind: 'done' });
});

test('a change here is written, a change there is kept, both are a lock', () => {
  const edited = part({ desired: desired({ fields: fields({ hours: '6' }) }), agreed: agreed(), procoreId: '1' });
  expect(nextTimecardWrite(edited, day(row()))).toMatchObject({
    write: { kind: 'update', set: { hours: '6' }, status: null },
  });
  const kept = part({ agreed: agreed(), procoreId: '1' });
  expect(nextTimecardWrite(kept, day(row({ fields: fields({ hours: '7' }) })))).toEqual({ kind: 'done' });
  expect(nextTimecardWrite(edited, day(row({ fields: fields({ hours: '7' }) })))).toMatchObject({
    code: 'TIME_LOCKED',
  });
});

describe('approval', () => {
  const approved = part({ desired: desired({ status: 'approved' }), agreed: agreed(), procoreId: '1' });
  test('goes forward with the same write, and is never lowered', () => {
    expect(nextTimecardWrite(approved, day(row()))).toMatchObject({ write: { set: {}, status: 'approved' } });
    expect(nextTimecardWrite(part({ agreed: agreed(), procoreId: '1' }), day(row({ status: 'approved' })))).toEqual({
      kind: 'done',
    });
    for (const status of ['completed', 'something new'])
      expect(nextTimecardWrite(approved, day(row({ status })))).toEqual({ kind: 'done' });
  });
  test('approved or reviewed time is not changed', () => {
    const edited = part({ desired: desired({ fields: fields({ hours: '6' }) }), agreed: agreed(), procoreId: '1' });
    for (const status of ['reviewed', 'approved', 'completed'])
      expect(nextTimecardWrite(edited, day(row({ status })))).toMatchObject({ code: 'TIME_LOCKED' });
  });
});

test('an entry and what overtime rules split off count as one', () => {
  const split = row({ isSplit: true, fields: fields({ hours: '10', timeTypeId: 'regular' }) });
  const ten = part({ desired: desired({ fields: fields({ hours: '10', timeTypeId: 'other' }) }) });
  expect(
    nextTimecardWrite({ ...ten, agreed: agreed({ sent: fields({ hours: '10', timeTypeId: 'other' }) }) }, day(split)),
  ).toEqual({
    kind: 'done',
  });
  const more = part({
    desired: desired({ fields: fields({ hours: '11' }) }),
    agreed: agreed({ sent: fields({ hours: '10' }), got: fields({ hours: '10' }) }),
  });
  expect(nextTimecardWrite(more, day(split))).toMatchObject({ write: { kind: 'update', set: { hours: '11' } } });
});

test('longer start and stop of an entry that was split are sent; what Procore made of its times is not put back', () => {
  const times = (timeOut: string, hours: string) =>
    fields({ timeIn: '2026-11-24T19:00:00Z', timeOut, lunchMinutes: '0', hours });
  const before = times('2026-11-25T05:00:00Z', '10');
  // Procore ended the entry where overtime begins; the hours are those of both.
  const split = row({ isSplit: true, fields: times('2026-11-25T03:00:00Z', '10') });
  const own = { agreed: agreed({ sent: before, got: split.fields }), procoreId: '1' };
  const wish = (of: TimecardFields) => part({ ...own, desired: desired({ mode: 'start-stop', fields: of }) });
  expect(nextTimecardWrite(wish(before), day(split))).toEqual({ kind: 'done' });
  const longer = wish(times('2026-11-25T06:00:00Z', '11'));
  expect(nextTimecardWrite(longer, day(split))).toMatchObject({
    write: { kind: 'update', set: { timeOut: '2026-11-25T06:00:00Z' } },
  });
  const theirs = row({ isSplit: true, fields: times('2026-11-25T03:00:00Z', '9') });
  expect(nextTimecardWrite(longer, day(theirs))).toMatchObject({ code: 'TIME_LOCKED' });
});

describe('hours that are not ours', () => {
  const foreign = row({ id: '9', originData: null });
  const choose = (choice: DesiredTimecard['choice'], ...rows: RemoteTimecard[]) =>
    nextTimecardWrite(part({ desired: desired({ choice }) }), day(...rows));
  test('are a question, answered by link, add or skip', () => {
    expect(choose(null, foreign)).toMatchObject({ code: 'TIME_ALREADY_IN_PROCORE' });
    expect(choose('link', foreign)).toEqual({ kind: 'link', id: '9' });
    expect(choose('add', foreign)).toEqual({ kind: 'write', write: { kind: 'create' } });
    expect(choose('skip', foreign)).toEqual({ kind: 'skip' });
    expect(nextTimecardWrite(part({ agreed: agreed({ isLinkOnly: true }), procoreId: '9' }), day(foreign))).toEqual({
      kind: 'done',
    });
  });
  test('of several the equal one is linked, else a person must tell', () => {
    const other = row({ id: '8', originData: null, fields: fields({ hours: '2' }) });
    expect(choose('link', other, foreign)).toEqual({ kind: 'link', id: '9' });
    expect(choose('link', other, { ...other, id: '7' })).toMatchObject({ code: 'TIME_ALREADY_IN_PROCORE' });
  });
  test('of another project, or of our other time sheets, do not matter', () => {
    expect(choose(null, { ...foreign, projectId: 'q' })).toMatchObject({ write: { kind: 'create' } });
    expect(choose(null, { ...foreign, originData: 'lentune/i/a/other/entry' })).toMatchObject({
      write: { kind: 'create' },
    });
    const named = { ...day(foreign), ownIds: new Set(['9']) };
    expect(nextTimecardWrite(part(), named)).toMatchObject({ write: { kind: 'create' } });
  });
});

describe('removal', () => {
  const gone = part({ desired: null, agreed: agreed(), procoreId: '1' });
  test('only what is ours, pending and unchanged', () => {
    expect(nextTimecardWrite(gone, day(row()))).toMatchObject({ write: { kind: 'delete', id: '1', why: 'removed' } });
    expect(nextTimecardWrite(gone, day(row({ status: 'approved' })))).toMatchObject({ code: 'TIME_LOCKED' });
    expect(nextTimecardWrite(gone, day(row({ fields: fields({ hours: '3' }) })))).toMatchObject({
      code: 'TIME_LOCKED',
    });
    expect(nextTimecardWrite(gone, day())).toEqual({ kind: 'done' });
  });
  test('what Procore deleted is not made again unasked', () => {
    const lost = part({ agreed: agreed(), procoreId: '1' });
    expect(nextTimecardWrite(lost, day())).toMatchObject({ code: 'DELETED_REMOTELY' });
    expect(nextTimecardWrite({ ...lost, desired: desired({ choice: 'add' }) }, day())).toMatchObject({
      write: { kind: 'create' },
    });
  });
  test('a second entry with our stamp goes while it is pending', () => {
    const known = part({ agreed: agreed(), procoreId: '1' });
    expect(nextTimecardWrite(known, day(row({ id: '2' }), row()))).toMatchObject({
      write: { kind: 'delete', id: '2', why: 'twin' },
    });
    expect(nextTimecardWrite(known, day(row({ id: '2', status: 'approved' }), row()))).toMatchObject({
      code: 'DOUBLE_POSTED',
    });
  });
});

test('without stamps an entry is ours by the reference at the end of its description', () => {
  const own = part();
  const shown = row({ originData: null, fields: fields({ description: 'Formwork [LT-abc123]' }) });
  expect(nextTimecardWrite(own, day(shown))).toEqual({ kind: 'done' });
});

test('start and stop are compared as moments, hours are not', () => {
  const times = { timeIn: '2026-11-24T19:00:00Z', timeOut: '2026-11-25T03:20:00Z', lunchMinutes: '30' };
  const own = part({ desired: desired({ mode: 'start-stop', fields: fields(times) }) });
  const shown = row({
    fields: fields({ ...times, timeIn: '2026-11-24T19:00:00.000Z', lunchMinutes: '30.0', hours: '7.83' }),
  });
  expect(nextTimecardWrite(own, day(shown))).toEqual({ kind: 'done' });
});

test('only a create waits: two empty looks, the settle delay apart', () => {
  const at = new Date(0).toISOString();
  const create = { write: { kind: 'create' as const }, fields: fields(), at, emptyLooks: 0, lastLookAt: null };
  expect(settleTimecard(create, true, 10, 1000)).toEqual({ kind: 'settled' });
  expect(settleTimecard(create, false, 400, 1000)).toEqual({ kind: 'wait', ms: 600, isCounted: false });
  expect(settleTimecard(create, false, 1000, 1000)).toEqual({ kind: 'wait', ms: 1000, isCounted: true });
  expect(settleTimecard({ ...create, emptyLooks: 1, lastLookAt: at }, false, 1000, 1000)).toEqual({ kind: 'repeat' });
  const remove = { ...create, write: { kind: 'delete' as const, id: '1', why: 'removed' as const } };
  expect(settleTimecard(remove, true, 0, 1000)).toEqual({ kind: 'repeat' });
  expect(settleTimecard(remove, false, 0, 1000)).toEqual({ kind: 'settled' });
});
