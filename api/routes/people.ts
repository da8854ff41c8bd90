import { z } from 'zod';
import { writeAudit } from '../../db/queries/audit.ts';
import { insertEvents } from '../../db/queries/inbox.ts';
import {
  changeUser,
  getUser,
  insertUsers,
  linkLogins,
  listEntryTypes,
  listGroups,
  listLabourTypes,
  listPersonas,
  listUsers,
  saveEntryType,
  saveGroup,
  savePersona,
} from '../../db/queries/people.ts';
import { forgetParty, lastDirectory, saveParty } from '../../db/queries/time-sheet-posting.ts';
import { saveTimeTypeMapping, timeTypeWindow } from '../../db/queries/time-types.ts';
import type { Queryable } from '../../db/types.ts';
import { Id } from '../../schemas/common.ts';
import {
  EntryType,
  EntryTypeInput,
  PartyChoice,
  PartyList,
  Person,
  Persona,
  PersonaInput,
  PersonChange,
  PersonInput,
  PersonList,
  TimeSetup,
  TimeTypeMappingChange,
  TimeTypeWindow,
  UserGroup,
  UserGroupInput,
} from '../../schemas/people.ts';
import type { Caller } from '../caller.ts';
import type { RouteContext } from '../context.ts';
import { conflict, invalidInput, notFound } from '../refusal.ts';
import { requireCompany } from './companies.ts';

const Params = z.object({ id: Id });

/** People of time sheets, their groups, entry types and personas, and the mapping of time types. */
export function peopleRoutes({ route, deps }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/people',
      does: 'People who keep time sheets, by name',
      may: 'read',
      query: z.strictObject({ search: z.string().max(100).optional() }),
      answer: PersonList,
    },
    async ({ db, caller, query }) => ({ rows: await listUsers(db, caller.account, query.search) }),
  );

  route(
    {
      method: 'post',
      path: '/api/people',
      does: 'Adds a person; crew need neither email nor sign-in',
      may: 'people.change',
      body: PersonInput,
      answer: Person,
      status: 201,
    },
    ({ db, caller, body }) =>
      db.transaction(async (tx) => {
        await requireSetup(tx, caller.account, body);
        const [id] = await insertUsers(tx, caller.account, [{ ...body, source: 'local', isActive: true }]);
        await linkLogins(tx, caller.account);
        await audit(tx, caller, 'person.added', id ?? '');
        return person(tx, caller, id ?? '');
      }),
  );

  route(
    {
      method: 'patch',
      path: '/api/people/:id',
      does: 'Changes a person',
      may: 'people.change',
      params: Params,
      body: PersonChange,
      answer: Person,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        await requireSetup(tx, caller.account, body);
        if ((await changeUser(tx, caller.account, params.id, body)) === null) throw notFound('person');
        await linkLogins(tx, caller.account);
        await audit(tx, caller, 'person.changed', params.id);
        return person(tx, caller, params.id);
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/people/:id/party',
      does: 'Says who in Procore this person is, where neither email nor employee id tells',
      may: 'people.change',
      params: Params,
      body: PartyChoice,
      answer: Person,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        await requireCompany(tx, deps, caller.account, body.companyId);
        await person(tx, caller, params.id);
        const { companyId, partyId } = body;
        if (partyId === null) await forgetParty(tx, caller.account, companyId, params.id);
        else {
          const known = await lastDirectory(tx, companyId, '');
          if (known !== null && !known.people.some((party) => party.partyId === partyId))
            throw invalidInput([{ path: 'partyId', message: 'Procore’s directory has no such person.' }]);
          if (!(await saveParty(tx, caller.account, companyId, params.id, partyId)))
            throw conflict('Somebody else is this person in Procore. Take it from them first.');
        }
        await audit(tx, caller, partyId === null ? 'person.unlinked' : 'person.linked', params.id);
        return person(tx, caller, params.id);
      }),
  );

  route(
    {
      method: 'get',
      path: '/api/companies/:id/directory',
      does: 'People of the company’s directory in Procore, as last read',
      may: 'people.change',
      params: Params,
      answer: PartyList,
    },
    async ({ db, caller, params }) => {
      await requireCompany(db, deps, caller.account, params.id);
      const known = await lastDirectory(db, params.id, '');
      return { readAt: known?.readAt ?? null, rows: known?.people ?? [] };
    },
  );

  refreshes('directory', 'directory', 'Reads the people of the company’s directory from Procore again');
  refreshes('time-types', 'time_type', 'Reads the company’s time types from Procore again');

  /** Asks Procore for one kind of list again; it arrives a moment later. */
  function refreshes(path: string, recordKind: string, does: string): void {
    route(
      {
        method: 'post',
        path: `/api/companies/:id/${path}/refresh`,
        does,
        may: 'people.change',
        params: Params,
        status: 202,
      },
      async ({ db, caller: { account }, params: { id } }) => {
        await requireCompany(db, deps, account, id);
        await insertEvents(db, [
          { account, companyId: id, source: 'refresh', flow: 'users', scope: id, recordKind, recordId: null },
        ]);
        return undefined;
      },
    );
  }

  route(
    {
      method: 'get',
      path: '/api/time-setup',
      does: 'User groups, entry types and access personas, and the cost types of labour a group can name',
      may: 'read',
      answer: TimeSetup,
    },
    async ({ db, caller: { account } }) => ({
      groups: await listGroups(db, account),
      entryTypes: await listEntryTypes(db, account),
      personas: await listPersonas(db, account),
      labourCostTypes: await listLabourTypes(db, account),
    }),
  );

  saves('user-groups', 'time sheet user group', UserGroupInput, UserGroup, async (db, account, fields, id) => {
    const { labourCostTypeId } = fields;
    if (labourCostTypeId !== null && !(await listLabourTypes(db, account)).some((one) => one.id === labourCostTypeId))
      throw invalidInput([{ path: 'labourCostTypeId', message: 'There is no such cost type of labour.' }]);
    return saveGroup(db, account, fields, id);
  });
  saves('entry-types', 'time sheet entry type', EntryTypeInput, EntryType, saveEntryType);
  saves('personas', 'access persona', PersonaInput, Persona, savePersona);

  /** Adding and changing one kind of the setup. */
  function saves<I extends z.ZodType, A extends z.ZodType>(
    path: string,
    noun: string,
    input: I,
    answer: A,
    save: (db: Queryable, account: string, fields: z.output<I> & { name: string }, id?: string) => Promise<unknown>,
  ): void {
    const one = async (db: Queryable, { account, actor }: Caller, body: unknown, id?: string) => {
      const fields = body as z.output<I> & { name: string };
      const saved = await save(db, account, fields, id).catch((error: { cause?: { code?: string } }) => {
        if (error.cause?.code === '23505') throw conflict(`There is a ${noun} of this name already.`);
        throw error;
      });
      if (saved === undefined) throw notFound(noun);
      await writeAudit(db, {
        account,
        actor,
        action: `time-setup.${id === undefined ? 'added' : 'changed'}`,
        subject: `${noun} ${(saved as { id: string }).id}`,
      });
      return saved as z.input<A>;
    };
    route(
      {
        method: 'post',
        path: `/api/time-setup/${path}`,
        does: `Adds a ${noun}`,
        may: 'people.change',
        body: input,
        answer,
        status: 201,
      },
      ({ db, caller, body }) => db.transaction((tx) => one(tx, caller, body)),
    );
    route(
      {
        method: 'put',
        path: `/api/time-setup/${path}/:id`,
        does: `Changes a ${noun}`,
        may: 'people.change',
        params: Params,
        body: input,
        answer,
      },
      ({ db, caller, params, body }) => db.transaction((tx) => one(tx, caller, body, params.id)),
    );
  }

  route(
    {
      method: 'get',
      path: '/api/companies/:id/time-types',
      does: 'Time type mapping: entry types that can leave, and the company’s time types',
      may: 'read',
      params: Params,
      answer: TimeTypeWindow,
    },
    async ({ db, caller, params }) => {
      await requireCompany(db, deps, caller.account, params.id);
      return timeTypeWindow(db, caller.account, params.id);
    },
  );

  route(
    {
      method: 'put',
      path: '/api/companies/:id/time-types',
      does: 'Saves which time type each entry type becomes',
      may: 'people.change',
      params: Params,
      body: TimeTypeMappingChange,
      answer: TimeTypeWindow,
    },
    ({ db, caller, params, body }) =>
      db.transaction(async (tx) => {
        const company = await requireCompany(tx, deps, caller.account, params.id);
        const { timeTypes, entryTypes } = await timeTypeWindow(tx, caller.account, params.id);
        body.rows.forEach((row, index) => {
          if (!entryTypes.some((one) => one.entryTypeId === row.entryTypeId))
            throw invalidInput([
              { path: `rows.${index}.entryTypeId`, message: 'This entry type does not leave Lentune.' },
            ]);
          if (row.procoreTimeTypeId !== null && !timeTypes.some((one) => one.id === row.procoreTimeTypeId))
            throw invalidInput([
              { path: `rows.${index}.procoreTimeTypeId`, message: 'The company has no such time type.' },
            ]);
        });
        await saveTimeTypeMapping(tx, caller.account, params.id, body.rows);
        await writeAudit(tx, {
          account: caller.account,
          actor: caller.actor,
          action: 'time-type-mapping.changed',
          subject: company.name,
        });
        return timeTypeWindow(tx, caller.account, params.id);
      }),
  );
}

async function person(db: Queryable, caller: Caller, id: string) {
  const found = await getUser(db, caller.account, id);
  if (found === null) throw notFound('person');
  return found;
}

/** Who and what changed, never a person's particulars. */
const audit = (db: Queryable, { account, actor }: Caller, action: string, subject: string) =>
  writeAudit(db, { account, actor, action, subject });

async function requireSetup(
  db: Queryable,
  account: string,
  { userGroupId, personaId, entryTypeId }: z.output<typeof PersonChange>,
): Promise<void> {
  const checks: [string | null | undefined, string, () => Promise<{ id: string }[]>][] = [
    [userGroupId, 'userGroupId', () => listGroups(db, account)],
    [personaId, 'personaId', () => listPersonas(db, account)],
    [entryTypeId, 'entryTypeId', () => listEntryTypes(db, account)],
  ];
  for (const [id, path, list] of checks)
    if (id != null && !(await list()).some((one) => one.id === id))
      throw invalidInput([{ path, message: 'There is no such choice.' }]);
}
