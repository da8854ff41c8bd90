import type { FormData } from 'undici';
import { z } from 'zod';
import { type Ask, type Query, read, type Scope, type Transport, toSearchParams } from './transport.ts';

/** One page of a list. `next` goes back in as the cursor; null means the list is complete. */
export interface Page<T> {
  rows: T[];
  next: string | null;
}

export interface PageInput {
  cursor: string | null;
}

/** How a resource speaks: bound to one connection and company, checked against its schema. */
export interface Call {
  companyId: string;
  /** One object. v2 wraps it in `data`. */
  one<T extends z.ZodType>(schema: T, ask: Ask): Promise<z.output<T>>;
  /** One page of a list; see `Page`. */
  page<T extends z.ZodType>(schema: T, path: string, query: Query, input: PageInput): Promise<Page<z.output<T>>>;
  /** All pages of a small list, each record once although rows may move between pages while we read. */
  all<T extends z.ZodType>(schema: T, path: string, query: Query): Promise<z.output<T>[]>;
  /** A write whose answer we do not need. */
  nothing(ask: Ask): Promise<void>;
  /** Hands a file to the storage host an upload named. */
  store(url: string, form: FormData): Promise<void>;
}

export function createCall(transport: Transport, scope: Scope): Call {
  async function page<T extends z.ZodType>(schema: T, path: string, query: Query, { cursor }: PageInput) {
    const ask: Ask = { method: 'GET', path, query: withCursor(query, cursor) };
    const answer = await transport.send(scope, ask);
    const rows = read(z.array(schema), unwrapped(answer.body), ask, answer) as z.output<T>[];
    return { rows: onceEach(rows), next: answer.next === cursor ? null : answer.next };
  }

  return {
    companyId: scope.companyId ?? '',
    page,
    async all<T extends z.ZodType>(schema: T, path: string, query: Query) {
      const rows: z.output<T>[] = [];
      let cursor: string | null = null;
      do {
        const answer: Page<z.output<T>> = await page(schema, path, query, { cursor });
        rows.push(...answer.rows);
        cursor = answer.next;
      } while (cursor !== null);
      return onceEach(rows);
    },
    async one(schema, ask) {
      const answer = await transport.send(scope, ask);
      return read(schema, unwrapped(answer.body), ask, answer);
    },
    async nothing(ask) {
      await transport.send(scope, ask);
    },
    store: (url, form) => transport.store(scope, url, form),
  };
}

/** Our own filters with the next page's numbers on top, so that a page link that forgets a filter does not widen the list. */
function withCursor(query: Query, cursor: string | null): URLSearchParams {
  const params = toSearchParams(query);
  const next = new URLSearchParams(cursor ?? '');
  for (const name of new Set(next.keys())) {
    params.delete(name);
    for (const value of next.getAll(name)) params.append(name, value);
  }
  return params;
}

function unwrapped(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'data' in body ? body.data : body;
}

/** Keeps the first of each id. Rows without an id (unbudgeted budget rows) are all kept. */
function onceEach<T>(rows: T[]): T[] {
  const seen = new Set<unknown>();
  return rows.filter((row) => {
    const id = (row as { id?: unknown }).id;
    if (id === null || id === undefined) return true;
    if (seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

/** `filters[...]` that takes a range; open ends are not documented, so they are far away (contract section 1.5). */
export function range(from: string | undefined, to: string | undefined): string | undefined {
  if (from === undefined && to === undefined) return undefined;
  return `${from ?? '1970-01-01T00:00:00Z'}...${to ?? '2999-12-31T00:00:00Z'}`;
}

/** One segment of a path. */
export const segment = (value: string): string => encodeURIComponent(value);
