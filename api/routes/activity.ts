import { type ActivityRow, listActivity } from '../../db/queries/activity.ts';
import { ActivityPage, ActivityQuery } from '../../schemas/activity.ts';
import type { RouteContext } from '../context.ts';

export function activityRoutes({ route }: RouteContext): void {
  route(
    {
      method: 'get',
      path: '/api/activity',
      does: 'What people and the integration did, newest first: changes of settings, and the steps of documents',
      may: 'read',
      query: ActivityQuery,
      answer: ActivityPage,
    },
    async ({ db, caller, query }) => {
      const { rows, nextCursor } = await listActivity(db, caller.account, query);
      return { rows: rows.map(view), nextCursor };
    },
  );
}

const view = ({ before, after, ...row }: ActivityRow) => ({
  ...row,
  subject: isId(row.subject) ? '' : row.subject,
  changes: changesOf(before, after),
});

/** Ids of ours and of Procore tell people nothing. */
const isId = (text: string) => /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{9,})$/i.test(text);

/** Field by field what stood before and what stands now, flattened to words; what stayed as it was is left out. */
function changesOf(before: unknown, after: unknown) {
  const was = flat(before);
  const is = flat(after);
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((field) => ({ field, before: was.get(field) ?? null, after: is.get(field) ?? null }))
    .filter((change) => change.before !== change.after && !isId(change.after ?? change.before ?? ''));
}

function flat(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (value === null || value === undefined) return into;
  if (Array.isArray(value)) into.set(path, value.map(words).join(', '));
  else if (typeof value === 'object')
    for (const [name, inner] of Object.entries(value)) flat(inner, path === '' ? name : `${path}.${name}`, into);
  else into.set(path, words(value));
  return into;
}

const words = (value: unknown): string => {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' && value !== null ? [...flat(value).values()].join(' ') : String(value ?? '');
};
