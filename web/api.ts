import { QueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { ApiError as Refusal } from '../schemas/common.ts';
import { reachability } from './reachability.ts';

/** A refusal of the API, or the lack of an answer (`UNREACHABLE`), in words a person can read. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  /** HTTP status; 0 when no answer came */
  readonly status: number;
  readonly fields: { path: string; message: string }[];
  constructor(refusal: {
    code: string;
    message: string;
    status: number;
    fields?: { path: string; message: string }[] | undefined;
  }) {
    super(refusal.message);
    this.code = refusal.code;
    this.status = refusal.status;
    this.fields = refusal.fields ?? [];
  }
}

type Query = Record<string, string | number | undefined>;

export const api = {
  get: <T>(path: string, answer: z.ZodType<T>, query: Query = {}) => call('GET', path, { answer, query }),
  post: <T>(path: string, answer: z.ZodType<T>, body: unknown = {}) => call('POST', path, { answer, body }),
  put: <T>(path: string, answer: z.ZodType<T>, body: unknown) => call('PUT', path, { answer, body }),
  patch: <T>(path: string, answer: z.ZodType<T>, body: unknown) => call('PATCH', path, { answer, body }),
  delete: <T>(path: string, answer: z.ZodType<T>) => call('DELETE', path, { answer }),
  postCsv: <T>(path: string, answer: z.ZodType<T>, csv: string) =>
    call('POST', path, { answer, content: { type: 'text/csv', body: csv } }),
  postPdf: <T>(path: string, answer: z.ZodType<T>, file: File, query: Query) =>
    call('POST', path, { answer, query, content: { type: 'application/pdf', body: file } }),
};

interface Call<T> {
  answer: z.ZodType<T>;
  query?: Query;
  body?: unknown;
  /** sent as it is, instead of JSON */
  content?: { type: string; body: string | Blob };
}

async function call<T>(method: string, path: string, { answer, query, body, content }: Call<T>): Promise<T> {
  const response = await send(method, withQuery(path, query ?? {}), body, content);
  const text = await response.text();
  const read = parseJson(text);
  if (!response.ok) throw refusalOf(response, read);
  const parsed = answer.safeParse(read);
  if (parsed.success) return parsed.data;
  throw new ApiError({
    code: 'UNREADABLE',
    status: response.status,
    message: 'The answer of the server could not be read. Reload the page; if it stays, tell your administrator.',
    fields: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  });
}

async function send(method: string, url: string, body: unknown, content: Call<unknown>['content']): Promise<Response> {
  const init: RequestInit = { method, headers: { accept: 'application/json' } };
  if (content !== undefined)
    Object.assign(init, { body: content.body, headers: { ...init.headers, 'content-type': content.type } });
  else if (body !== undefined)
    Object.assign(init, {
      body: JSON.stringify(body),
      headers: { ...init.headers, 'content-type': 'application/json' },
    });
  try {
    const response = await fetch(url, init);
    reachability.answered();
    return response;
  } catch (error) {
    reachability.failed();
    throw new ApiError({
      code: 'UNREACHABLE',
      status: 0,
      message: `The server cannot be reached${error instanceof Error ? '' : ' at the moment'}.`,
    });
  }
}

function refusalOf(response: Response, read: unknown): ApiError {
  const refusal = Refusal.safeParse(read);
  if (refusal.success) return new ApiError({ ...refusal.data.error, status: response.status });
  return new ApiError({
    code: `HTTP_${response.status}`,
    status: response.status,
    message: 'The server could not do that just now. Try again in a moment.',
  });
}

function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** The sentence for any error a screen may meet. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError && error.code === 'INVALID_INPUT' && error.fields.length > 0) {
    return error.fields.map((field) => field.message).join(' ');
  }
  return error instanceof ApiError ? error.message : 'Something went wrong on this page.';
}

/** One cache for the whole app. Refusals are answers: only a missing answer is worth a second try. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: 10_000,
      retry: (failures, error) => error instanceof ApiError && error.status >= 502 && failures < 2,
    },
    mutations: { networkMode: 'always' },
  },
});
