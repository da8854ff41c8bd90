import { type Body, type Call, ok, type Result } from './api.ts';
import { ApiError, inWords, onFields } from './errors.ts';
import type { Row } from './store.ts';

const MOST_ROWS = 1000;

export interface SyncRules<R extends Row> {
  find: (id: number) => R | undefined;
  findByOriginId: (originId: string) => R | undefined;
  create: (attributes: Body) => R;
  update: (row: R, attributes: Body) => R;
  present: (row: R) => unknown;
}

/**
 * A sync action (contract section 1.10): always 200, failures inside, entities in any order.
 * id = update; origin_id = upsert; both = by id; neither = always creates.
 */
export function syncAction<R extends Row>(call: Call, rules: SyncRules<R>): Result {
  const { updates } = call.body;
  if (!Array.isArray(updates)) throw onFields(400, { updates: ["can't be blank"] });
  if (updates.length > MOST_ROWS) throw inWords(413, `Too many updates: at most ${MOST_ROWS} are allowed.`);
  const rows: R[] = [];
  const errors: Body[] = [];
  for (const attributes of updates as Body[]) {
    try {
      rows.push(syncOne(attributes, rules));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push({ ...attributes, errors: fieldErrors(error) });
    }
  }
  const shuffled = rows.map((row) => ({ row, key: call.sim.random() })).sort((a, b) => a.key - b.key);
  return ok({ entities: shuffled.map(({ row }) => rules.present(row)), errors });
}

function syncOne<R extends Row>(attributes: Body, rules: SyncRules<R>): R {
  if (attributes.id !== undefined && attributes.id !== null) {
    const row = rules.find(Number(attributes.id));
    if (row === undefined) throw onFields(422, { id: ['could not be found'] });
    return rules.update(row, attributes);
  }
  const originId = attributes.origin_id;
  const known = originId === undefined || originId === null ? undefined : rules.findByOriginId(String(originId));
  return known === undefined ? rules.create(attributes) : rules.update(known, attributes);
}

function fieldErrors(error: ApiError): unknown {
  const { errors } = error.body as { errors?: unknown };
  if (typeof errors === 'object' && errors !== null && !Array.isArray(errors)) return errors;
  return { base: [error.message] };
}
