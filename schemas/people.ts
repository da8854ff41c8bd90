import { z } from 'zod';
import { Id } from './common.ts';

const Name = z.string().trim().min(1, 'Give it a name.').max(120);
const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Times are written like 07:30.');
const Hours = z.string().regex(/^\d{1,3}(\.\d{1,2})?$/, 'Hours have two decimals at most.');

export const UserGroupInput = z.strictObject({
  name: Name,
  approvals: z.union([z.literal(1), z.literal(2)]),
  dailyHours: Hours,
  startTime: ClockTime,
  breakMinutes: z.int().min(0).max(600),
  weekStartsOn: z.int().min(1).max(7),
  labourCostTypeId: Id.nullable(),
});
export const UserGroup = UserGroupInput.extend({ id: Id, approvals: z.number() }).loose();
export type UserGroup = z.infer<typeof UserGroup>;

export const EntryTypeInput = z.strictObject({
  name: Name,
  kind: z.enum(['normal', 'overtime', 'leave', 'allowance']),
  isConfidential: z.boolean(),
  isVisible: z.boolean(),
});
export const EntryType = EntryTypeInput.extend({ id: Id }).loose();
export type EntryType = z.infer<typeof EntryType>;

export const PersonaInput = z.strictObject({
  name: Name,
  isCrewMember: z.boolean(),
  isCrewManager: z.boolean(),
  approvesFirst: z.boolean(),
  approvesSecond: z.boolean(),
});
export const Persona = PersonaInput.extend({ id: Id }).loose();
export type Persona = z.infer<typeof Persona>;

export const PersonInput = z.strictObject({
  name: Name,
  email: z.email('This is not an email address.').nullable(),
  employeeId: z.string().trim().min(1).max(60).nullable(),
  userGroupId: Id,
  entryTypeId: Id.nullable(),
  personaId: Id,
});
export const PersonChange = PersonInput.extend({ isActive: z.boolean() }).partial();

export const Person = z.object({
  id: Id,
  name: z.string(),
  email: z.string().nullable(),
  employeeId: z.string().nullable(),
  userGroupId: Id,
  groupName: z.string(),
  entryTypeId: Id.nullable(),
  personaId: Id,
  personaName: z.string(),
  source: z.enum(['local', 'procore']),
  hasLogin: z.boolean(),
  isLinked: z.boolean(),
  /** who the person is in Procore, as a posting found or an admin said; a party for each company */
  parties: z.array(z.object({ companyId: Id, partyId: z.string() })),
  isActive: z.boolean(),
});
export type Person = z.infer<typeof Person>;

export const PersonList = z.object({ rows: z.array(Person) });
/** Everything the screens choose from. */
export const TimeSetup = z.object({
  groups: z.array(UserGroup),
  entryTypes: z.array(EntryType),
  personas: z.array(Persona),
  /** cost types hours can be booked with */
  labourCostTypes: z.array(z.object({ id: Id, code: z.string(), description: z.string() })),
});
export type TimeSetup = z.infer<typeof TimeSetup>;

/** People of Procore's directory, as last read, for choosing who a person is. */
export const PartyList = z.object({
  /** null: it was never read */
  readAt: z.string().nullable(),
  rows: z.array(
    z.object({
      partyId: z.string(),
      name: z.string(),
      email: z.string().nullable(),
      employeeId: z.string().nullable(),
    }),
  ),
});
export type PartyList = z.infer<typeof PartyList>;
/** `null` takes the choice back: the next posting looks for the person by email and employee id */
export const PartyChoice = z.strictObject({ companyId: Id, partyId: z.string().min(1).max(40).nullable() });

export const TimeTypeWindow = z.object({
  timeTypes: z.array(z.object({ id: Id, name: z.string(), isActive: z.boolean() })),
  entryTypes: z.array(
    z.object({
      entryTypeId: Id,
      name: z.string(),
      procoreTimeTypeId: Id.nullable(),
      /** the time type it becomes while it is not mapped: that of the company's default entry type */
      fallback: z.string().nullable(),
    }),
  ),
});
export type TimeTypeWindow = z.infer<typeof TimeTypeWindow>;
export const TimeTypeMappingChange = z.strictObject({
  rows: z.array(z.strictObject({ entryTypeId: Id, procoreTimeTypeId: Id.nullable() })).max(200),
});
