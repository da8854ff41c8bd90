import { eq, or, type SQL, sql } from 'drizzle-orm';
import { userOfLogin } from '../db/queries/people.ts';
import { getSettings } from '../db/queries/settings.ts';
import { accessPersona, lentuneUser, timeSheet } from '../db/schema/index.ts';
import type { Queryable } from '../db/types.ts';
import type { TimeSheetStatus } from '../domain/time-sheets.ts';
import type { Caller } from './caller.ts';

/** What a caller may do with time sheets: by the roles of their sign-in, and by the persona of the person they are. */
export interface TimeAccess {
  userId: string | null;
  groupId: string | null;
  entersOwn: boolean;
  entersGroup: boolean;
  /** a clerk or an admin enters for anyone, as payroll does */
  entersAll: boolean;
  approvesFirst: boolean;
  approvesSecond: boolean;
  administers: boolean;
  selfApproval: boolean;
}

export async function timeAccess(db: Queryable, caller: Caller): Promise<TimeAccess> {
  const user = caller.sessionId === null ? null : await userOfLogin(db, caller.account, caller);
  const [persona] =
    user === null ? [] : await db.select().from(accessPersona).where(eq(accessPersona.id, user.personaId));
  const has = (...roles: Caller['roles']) => roles.some((role) => caller.roles.includes(role));
  return {
    userId: user?.id ?? null,
    groupId: user?.userGroupId ?? null,
    entersOwn: persona?.isCrewMember ?? false,
    entersGroup: persona?.isCrewManager ?? false,
    entersAll: has('admin', 'clerk'),
    approvesFirst: has('admin', 'approver') || (persona?.approvesFirst ?? false),
    approvesSecond: has('admin', 'approver') || (persona?.approvesSecond ?? false),
    administers: has('admin'),
    selfApproval: (await getSettings(db, caller.account)).selfApproval,
  };
}

const approves = (access: TimeAccess) => access.approvesFirst || access.approvesSecond;

/** A sheet as far as access goes. */
export interface SheetSubject {
  userId: string;
  userGroupId: string;
  status: TimeSheetStatus;
  firstApprovedBy: string | null;
}

/** Which sheets somebody sees: their own, their group's, or all. Undefined: all. */
export function seenBy(access: TimeAccess): SQL | undefined {
  if (access.entersAll || approves(access)) return undefined;
  const own = eq(timeSheet.userId, access.userId ?? sql`null`);
  return access.entersGroup ? or(own, eq(lentuneUser.userGroupId, access.groupId ?? sql`null`)) : own;
}

export const maySee = (access: TimeAccess, sheet: Pick<SheetSubject, 'userId' | 'userGroupId'>): boolean =>
  access.entersAll || approves(access) || mayEnter(access, sheet) || access.userId === sheet.userId;

/** Confidential time is shown to the person and to payroll; who enters or approves the rest is told only that there is some. */
export const seesConfidential = (access: TimeAccess, { userId }: Pick<SheetSubject, 'userId'>): boolean =>
  access.entersAll || access.userId === userId;

/** Whether somebody may enter a person's time. */
export const mayEnter = (access: TimeAccess, person: Pick<SheetSubject, 'userId' | 'userGroupId'>): boolean =>
  access.entersAll ||
  (access.entersOwn && access.userId === person.userId) ||
  (access.entersGroup && access.groupId === person.userGroupId);

/** Nobody approves their own time or gives both approvals, unless the account allows one person to. */
export function mayApprove(access: TimeAccess, sheet: SheetSubject, actor: string): boolean {
  const hasRight = sheet.status === 'first_approved' ? access.approvesSecond : access.approvesFirst;
  const isOther = access.userId !== sheet.userId && sheet.firstApprovedBy !== actor;
  return hasRight && (isOther || access.selfApproval);
}

/** A draft is its author's; what was submitted is corrected by who may approve it. */
export const mayEdit = (access: TimeAccess, sheet: SheetSubject, actor: string): boolean =>
  sheet.status === 'draft'
    ? mayEnter(access, sheet)
    : (sheet.status === 'submitted' || sheet.status === 'first_approved') && mayApprove(access, sheet, actor);

/** What is done with payroll batches is payroll's. */
export const mayProcess = (access: TimeAccess): boolean => access.entersAll;

/** Rejecting is any approver's, also of what is approved already. */
export const mayReject = (access: TimeAccess): boolean => approves(access);
