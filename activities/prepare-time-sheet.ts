import { getSettings } from '../db/queries/settings.ts';
import {
  keepDirectory,
  knownAs,
  loadForPosting,
  type PostedEntry,
  readDirectory,
  saveParty,
} from '../db/queries/time-sheet-posting.ts';
import { type SheetRef, takeSheet } from '../db/queries/time-sheet-queue.ts';
import {
  openDays,
  type PlannedTimecard,
  type SheetDay,
  savePlannedTimecards,
  standingParts,
  timeCompany,
} from '../db/queries/timecard-parts.ts';
import type { DirectoryPerson } from '../db/schema/index.ts';
import type { Db } from '../db/types.ts';
import { DomainError, type Problem } from '../domain/errors.ts';
import { findParty } from '../domain/people.ts';
import { leavesLentune, overlapping, piecesByDay, type TimePiece, wishOf } from '../domain/time-sheets.ts';
import type { DesiredTimecard } from '../domain/timecards.ts';
import type { CompanyApi, Procore } from '../procore/client.ts';
import { directoryOf } from './directory.ts';
import type { Trail } from './push-attempt.ts';
import { attemptedPosting } from './time-sheet-attempt.ts';

export interface PrepareDeps {
  db: Db;
  procore: Pick<Procore, 'company'>;
}

export interface TimeSheetPlan {
  /** false: somebody took it back meanwhile */
  isWanted: boolean;
  revision: number;
  days: SheetDay[];
}

/** A directory as young as this is taken as it is; who is missing in it is looked for in a fresh one. */
const DIRECTORY_SECONDS = 15 * 60;
const FRESH_SECONDS = 10;

/**
 * Plans a time sheet: which time card entries Procore shall hold, and which entries cannot go and why. Every problem is
 * found at once, and those without one go on.
 */
export async function prepareTimeSheet(deps: PrepareDeps, ref: SheetRef): Promise<TimeSheetPlan> {
  const taken = await takeSheet(deps.db, ref);
  if (taken === null) return { isWanted: false, revision: 0, days: [] };
  return attemptedPosting(deps.db, ref, async (trail) => {
    const { db } = deps;
    const { account, timeSheetId } = ref;
    const sheet = await loadForPosting(db, account, timeSheetId);
    if (sheet === null) return { isWanted: false, revision: 0, days: [] };
    const wish = wishOf(sheet.status, await getSettings(db, account));
    const plan = { isWanted: true, revision: sheet.revision, days: [] };
    if (wish === 'as-is') return plan;
    const leaving = wish === 'none' ? [] : sheet.entries.filter(leavesLentune);
    const parts = wish === 'none' ? [] : await planEntries(deps, ref, sheet, leaving, wish, trail);
    await db.transaction((tx) => savePlannedTimecards(tx, account, timeSheetId, parts));
    return { ...plan, days: await openDays(db, account, timeSheetId) };
  });
}

type Sheet = NonNullable<Awaited<ReturnType<typeof loadForPosting>>>;

async function planEntries(
  deps: PrepareDeps,
  { account }: SheetRef,
  sheet: Sheet,
  entries: readonly PostedEntry[],
  status: 'pending' | 'approved',
  trail: Trail,
): Promise<PlannedTimecard[]> {
  const overlaps = overlapping(entries);
  const standing = await standingParts(deps.db, account, sheet.id);
  const planned: PlannedTimecard[] = [];
  const places = new Map<string, Promise<Place>>();
  for (const [index, entry] of entries.entries()) {
    if (entry.companyId === null || entry.projectProcoreId === null) continue;
    const { companyId } = entry;
    const place = await remember(places, companyId, () => openPlace(deps, account, sheet, companyId, trail));
    const { company, partyId } = place;
    for (const [piece, time] of piecesByDay(entry, entry.zone).entries()) {
      const problem =
        problemOf(entry, time, sheet, overlaps.has(index), company.goLiveDate) ??
        (partyId === null
          ? ({ code: 'PERSON_UNLINKED', facts: {} } as Problem)
          : (await place.isOnProject(entry.projectProcoreId))
            ? null
            : ({ code: 'PERSON_NOT_ON_PROJECT', facts: { project: textOf(entry) } } as Problem));
      planned.push({
        partKey: partKeyOf(
          [entry.id, piece, entry.projectProcoreId, entry.codeSubJobId ?? '-', time.date].join('/'),
          partyId ?? '',
          standing,
        ),
        entryId: entry.id,
        companyId: entry.companyId,
        projectProcoreId: entry.projectProcoreId,
        partyId: partyId ?? '',
        date: time.date,
        desired: problem === null ? desiredOf(entry, time, sheet, status) : null,
        problem,
      });
    }
  }
  return planned;
}

/**
 * What stands in Procore for one person never becomes another's: once an admin says that the person is somebody else, the
 * time is another part, and what it leaves behind is removed.
 *
 * @param standing the party of every part that has a record in Procore, by its key
 */
function partKeyOf(key: string, partyId: string, standing: ReadonlyMap<string, string>): string {
  const own = `${key}/${partyId}`;
  const holder = standing.get(key);
  return standing.has(own) || (partyId !== '' && holder !== undefined && holder !== partyId) ? own : key;
}

function remember<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made;
}

const textOf = (entry: PostedEntry): string => [entry.projectCode, entry.projectName].filter(Boolean).join(' ');

/** What keeps an entry from being sent, from what we know without asking Procore. */
function problemOf(
  entry: PostedEntry,
  time: TimePiece,
  sheet: Sheet,
  isOverlapping: boolean,
  goLive: string,
): Problem | null {
  const project = textOf(entry);
  if (entry.code === null) return { code: 'CODE_BLANK', facts: { line: 1 } } as Problem;
  const { code } = entry;
  if (isOverlapping) return { code: 'TIME_OVERLAP', facts: { date: entry.date } } as Problem;
  if (entry.codeProcoreId === null || entry.codeIsActive === false)
    return { code: 'CODE_MISSING', facts: { code, project } } as Problem;
  if (entry.codeIsPostable === false) return { code: 'CODE_NOT_CHARGEABLE', facts: { code } } as Problem;
  if (labourTypeOf(entry, sheet) === null) return { code: 'CODE_NOT_LABOUR', facts: { code, project } } as Problem;
  if (entry.timeTypeId === null && entry.hasTimeTypes) return { code: 'TIME_TYPE_UNMAPPED', facts: {} } as Problem;
  if (entry.mode === 'start-stop' && time.timeIn === null)
    return { code: 'TIME_MODE_MISMATCH', facts: { project, wanted: 'start and end times' } } as Problem;
  if (time.date < goLive && sheet.goLiveOverride === null)
    return { code: 'BEFORE_GO_LIVE', facts: { date: time.date, goLive } } as Problem;
  return null;
}

/** The cost type hours are booked with: the chosen one, the only one of labour, the group's, the code's default. */
function labourTypeOf(entry: PostedEntry, { labourCostTypeId }: Sheet): string | null {
  const { labour, costTypeId } = entry;
  const pick = (id: string | null) => labour.find((type) => type.costTypeId === id)?.procoreId ?? null;
  if (costTypeId !== null) return pick(costTypeId);
  if (labour.length === 1) return labour[0]!.procoreId;
  return pick(labourCostTypeId) ?? labour.find((type) => type.isDefault)?.procoreId ?? null;
}

const desiredOf = (
  entry: PostedEntry,
  time: TimePiece,
  sheet: Sheet,
  status: 'pending' | 'approved',
): DesiredTimecard => ({
  projectText: textOf(entry),
  mode: entry.mode ?? 'hours',
  status,
  choice: entry.choice,
  fields: {
    hours: time.hours,
    timeIn: time.timeIn,
    timeOut: time.timeOut,
    lunchMinutes: String(time.breakMinutes),
    costCodeId: entry.codeProcoreId ?? '',
    lineItemTypeId: labourTypeOf(entry, sheet) ?? '',
    subJobId: entry.codeSubJobId,
    timeTypeId: entry.timeTypeId,
    description: entry.description,
  },
});

/** A company the sheet goes to, and who the person is there. */
interface Place {
  company: NonNullable<Awaited<ReturnType<typeof timeCompany>>>;
  partyId: string | null;
  isOnProject(projectProcoreId: string): Promise<boolean>;
}

async function openPlace(
  { db, procore }: PrepareDeps,
  account: string,
  sheet: Sheet,
  companyId: string,
  trail: Trail,
): Promise<Place> {
  const company = await timeCompany(db, account, companyId);
  if (company === null) throw new DomainError('AUTH_EXPIRED', {});
  const { connectionId, apiUrl, procoreId } = company;
  const api = procore.company({ connectionId, apiUrl, companyId: procoreId, lane: 'push', onCall: trail.onCall });
  const directories = new Map<string, Promise<(party: string) => Promise<boolean>>>();
  return {
    company,
    partyId: await partyOf({ db, account, companyId, api, sheet }),
    async isOnProject(projectProcoreId) {
      const partyId = await partyOf({ db, account, companyId, api, sheet });
      const has = await remember(
        directories,
        projectProcoreId,
        async () => (party: string) => inDirectory({ db, account, companyId, api }, projectProcoreId, party),
      );
      return partyId !== null && has(partyId);
    },
  };
}

interface DirectoryPlace {
  db: Db;
  account: string;
  companyId: string;
  api: CompanyApi;
}

async function partyOf({
  db,
  account,
  companyId,
  api,
  sheet,
}: DirectoryPlace & { sheet: Sheet }): Promise<string | null> {
  const known = await knownAs(db, companyId, sheet.userId);
  if (known.partyId !== null) return known.partyId;
  const person = { ...known, email: sheet.email, employeeId: sheet.employeeId };
  for (const age of [DIRECTORY_SECONDS, FRESH_SECONDS]) {
    const partyId = findParty(person, await directory({ db, account, companyId, api }, '', age));
    if (partyId === null) continue;
    return (await saveParty(db, account, companyId, sheet.userId, partyId)) ? partyId : null;
  }
  return null;
}

async function inDirectory(place: DirectoryPlace, projectProcoreId: string, partyId: string): Promise<boolean> {
  for (const age of [DIRECTORY_SECONDS, FRESH_SECONDS]) {
    const people = await directory(place, projectProcoreId, age);
    if (people.some((person) => person.partyId === partyId && person.isEmployee)) return true;
  }
  return false;
}

async function directory(
  { db, account, companyId, api }: DirectoryPlace,
  projectProcoreId: string,
  maxAgeSeconds: number,
): Promise<DirectoryPerson[]> {
  const known = await readDirectory(db, companyId, projectProcoreId, maxAgeSeconds);
  if (known !== null) return known;
  const read = projectProcoreId === '' ? await api.people.ofCompany() : await api.people.ofProject(projectProcoreId);
  const people = directoryOf(read);
  await keepDirectory(db, account, companyId, projectProcoreId, people);
  return people;
}
