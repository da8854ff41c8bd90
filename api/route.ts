import { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { type Request, type Response, Router } from 'express';
import type { z } from 'zod';
import type { Db, Queryable } from '../db/types.ts';
import { ApiError } from '../schemas/common.ts';
import type { Caller } from './caller.ts';
import { once } from './once.ts';
import { isAllowed, type Right, whoMay } from './permissions.ts';
import { forbidden, invalidInput, notFound } from './refusal.ts';

/** One route of the API: where, what it takes and answers, who may. Without a schema the part is not read. */
export interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: `/api/${string}`;
  /** one sentence for the API's description */
  does: string;
  may: Right;
  params?: P;
  query?: Q;
  body?: B;
  /** JSON unless said otherwise */
  takes?: 'text/csv' | 'application/pdf';
  /** what is answered; nothing else leaves, since the answer is read through it */
  answer?: A;
  /** 200, or 204 when nothing is answered */
  status?: 200 | 201 | 202 | 204;
  /** Request or answer hold a password, key or secret: an Idempotency-Key is refused, since what is kept for repetition would keep it. */
  holdsPassword?: true;
  /** The handler writes the response itself and keeps it open. */
  streams?: true;
}

/** What a handler gets. */
export interface Call<P, Q, B> {
  caller: Caller;
  /** the database, or with an Idempotency-Key the transaction in which request and answer are kept: use no other */
  db: Queryable;
  params: P;
  query: Q;
  body: B;
  request: Request;
  response: Response;
}

/** Registers a route with Express and with the API's description in one statement. */
export type AddRoute = <P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: RouteSpec<P, Q, B, A>,
  handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.input<A> | undefined>,
) => void;

/** Finds out who calls; throws a Refusal when nobody we know does. */
export type Identify = (request: Request, response: Response) => Promise<Caller>;

/**
 * A set of routes: the router that serves them and the registry that describes them.
 *
 * @param afterChange called once a change is committed
 */
export function createRoutes({ db, identify, afterChange }: { db: Db; identify: Identify; afterChange(): void }) {
  const router = Router();
  const registry = new OpenAPIRegistry();

  const route: AddRoute = (spec, handle) => {
    describe(registry, spec);
    router[spec.method](spec.path, async (request, response) => {
      const caller = await identify(request, response);
      if (!isAllowed(caller.roles, spec.may)) throw forbidden(whoMay(spec.may));
      if (spec.holdsPassword && request.get('idempotency-key') !== undefined) throw noKeyHere();
      const call = { caller, ...readInput(spec, request), request, response };
      const status = spec.status ?? (spec.answer ? 200 : 204);
      const answerOf = async (queryable: Queryable) => {
        const answer = await handle({ ...call, db: queryable });
        return spec.answer ? spec.answer.parse(answer) : undefined;
      };
      if (spec.streams) await answerOf(db);
      else await once({ db, caller, request, response, status }, answerOf);
      if (spec.method !== 'get') afterChange();
    });
  };

  return { router, registry, route };
}

const noKeyHere = () =>
  invalidInput([
    { path: 'Idempotency-Key', message: 'A password is never kept, so send this without an Idempotency-Key.' },
  ]);

function readInput<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: Pick<RouteSpec<P, Q, B, z.ZodType>, 'params' | 'query' | 'body' | 'path' | 'takes'>,
  request: Request,
) {
  const params = spec.params?.safeParse(request.params);
  // An id that cannot exist is answered like one that does not.
  if (params && !params.success) throw notFound(nounOf(spec.path));
  if (spec.takes && !request.is(spec.takes)) {
    throw invalidInput([{ path: '', message: `Send the content as ${spec.takes}.` }]);
  }
  const query = spec.query?.safeParse(request.query);
  const body = spec.body?.safeParse(request.body ?? {});
  const issues = [query, body].flatMap((part) => part?.error?.issues ?? []);
  if (issues.length > 0) throw invalidInput(issues.flatMap(fieldProblems));
  return {
    params: params?.data as z.output<P>,
    query: query?.data as z.output<Q>,
    body: body?.data as z.output<B>,
  };
}

/** A zod issue as people read it; an unknown name is at fault itself, not the object that holds it. */
function fieldProblems(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: `"${key}" is not known here.` }));
  }
  const path = issue.path.join('.');
  const isMissing = issue.message.endsWith('received undefined');
  return [{ path, message: isMissing ? `${path} is missing.` : sentence(path, issue.message) }];
}

/** zod's own messages say what is wrong but not where; ours are whole sentences. */
const sentence = (path: string, message: string) => (message.endsWith('.') ? message : `${path}: ${message}.`);

/** `/api/project-cost-codes/:id/cost-types` is about a project cost code. */
const nounOf = (path: string) =>
  (path.split('/')[2] ?? 'record')
    .replaceAll('-', ' ')
    .replace(/ies$/, 'y')
    .replace(/(?<=[^s])s$/, '');

/** A file is bytes, which no schema describes better. */
const bodyOf = <B extends z.ZodType>(spec: { takes?: string | undefined; body?: B | undefined }) =>
  spec.takes === 'application/pdf' ? ({ type: 'string', format: 'binary' } as const) : (spec.body as z.ZodType);

function describe<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  registry: OpenAPIRegistry,
  spec: RouteSpec<P, Q, B, A>,
): void {
  const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
  const request = {
    ...(spec.params ? { params: spec.params as unknown as z.ZodObject } : {}),
    ...(spec.query ? { query: spec.query as unknown as z.ZodObject } : {}),
    ...(spec.body ? { body: { content: { [spec.takes ?? 'application/json']: { schema: bodyOf(spec) } } } } : {}),
  };
  registry.registerPath({
    method: spec.method,
    path: spec.path.replaceAll(/:(\w+)/g, '{$1}'),
    summary: spec.does,
    request,
    responses: {
      [spec.status ?? (spec.answer ? 200 : 204)]: {
        description: 'Done',
        ...(spec.answer ? { content: json(spec.answer) } : {}),
      },
      default: { description: 'Refused, and why', content: json(ApiError) },
    },
  });
}
