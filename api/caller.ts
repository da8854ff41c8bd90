import { fromNodeHeaders } from 'better-auth/node';
import type { Request, Response } from 'express';
import { findApiKey } from '../db/queries/api-keys.ts';
import { membershipsOf } from '../db/queries/members.ts';
import type { Db } from '../db/types.ts';
import { sha256 } from '../platform/crypto.ts';
import { Role } from '../schemas/session.ts';
import type { Auth } from './auth.ts';
import { forbidden, Refusal } from './refusal.ts';

/** Who calls: a person in a session, or a machine with a key. Either acts in exactly one account. */
export interface Caller {
  account: string;
  accountName: string;
  id: string;
  name: string;
  email: string;
  /** as logs, audits and the two-people rule keep whoever acts: the e-mail address, or the name of the key */
  actor: string;
  roles: Role[];
  /** null for a machine */
  sessionId: string | null;
}

/**
 * Finds out who calls.
 *
 * @throws Refusal UNAUTHENTICATED without a living session or key
 * @throws Refusal FORBIDDEN when a page of another site made the browser send a change with our cookie
 */
export async function identify(
  { db, auth, origins }: { db: Db; auth: Auth; origins: readonly string[] },
  request: Request,
  response: Response,
): Promise<Caller> {
  const key = /^Bearer (lk_\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
  if (key !== undefined) return machine(db, key);
  refuseOtherSites(request, origins);
  const { headers, response: found } = await auth.api.getSession({
    headers: fromNodeHeaders(request.headers),
    returnHeaders: true,
  });
  // A session that is used is prolonged; its cookie must learn of it.
  for (const cookie of headers.getSetCookie()) response.append('set-cookie', cookie);
  if (!found) throw unauthenticated();
  const memberships = await membershipsOf(db, found.user.id);
  const chosen = memberships.find(({ account }) => account === found.session.activeOrganizationId);
  const member = chosen ?? memberships[0];
  if (!member) throw forbidden('You do not belong to an account. Ask an admin to add you.');
  return {
    account: member.account,
    accountName: member.accountName,
    id: found.user.id,
    name: found.user.name,
    email: found.user.email,
    actor: found.user.email,
    roles: asRoles(member.roles),
    sessionId: found.session.id,
  };
}

async function machine(db: Db, key: string): Promise<Caller> {
  const found = await findApiKey(db, sha256(key));
  if (!found) throw unauthenticated();
  return {
    account: found.account,
    accountName: found.accountName,
    id: found.id,
    name: found.name,
    email: '',
    actor: `Key: ${found.name}`,
    roles: asRoles(found.scopes),
    sessionId: null,
  };
}

/**
 * SameSite cookies already keep other sites out; browsers too old for them still name where a change comes from.
 * Programs that are no browsers name nothing.
 *
 * @throws Refusal FORBIDDEN for a change that a page of another site made the browser send
 */
export function refuseOtherSites(request: Request, origins: readonly string[]): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const origin = request.get('origin');
  const site = request.get('sec-fetch-site');
  const isOurs = origin === undefined ? site === undefined || site === 'same-origin' : origins.includes(origin);
  if (!isOurs) throw forbidden('This request came from another site.');
}

const unauthenticated = () => new Refusal(401, 'UNAUTHENTICATED', 'Sign in first.');

/** The roles among the names; one of a later version is left out. */
export const asRoles = (names: readonly string[]): Role[] =>
  names.flatMap((name) => {
    const role = Role.safeParse(name.trim());
    return role.success ? [role.data] : [];
  });
