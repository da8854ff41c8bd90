import { type RunningSimulator, type SimulatorOptions, startSimulator } from '../../simulator/server.ts';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the fields it knows
  body: any;
}

export interface Driver {
  simulator: RunningSimulator;
  // biome-ignore lint/suspicious/noExplicitAny: the guide's shape stands in simulator/sample/guide.ts
  guide: any;
  companyId: number;
  tokens: { access_token: string; refresh_token: string };
  /** A REST call with token and company header. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string | undefined>): Promise<Answer>;
  /** A call of the control API. */
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

/** A simulator of its own, with a token for the first company. */
export async function drive(options: SimulatorOptions = {}): Promise<Driver> {
  const simulator = await startSimulator({ port: 0, ...options });
  const control = (method: string, path: string, body?: unknown) =>
    send(`${simulator.url}/control${path}`, method, body, {});
  const guide = (await control('GET', '/sample')).body;
  const companyId = guide.companies[0].id as number;
  const tokens = (await control('POST', '/tokens', {})).body;
  return {
    simulator,
    guide,
    companyId,
    tokens,
    control,
    api: (method, path, body, headers = {}) =>
      send(`${simulator.url}${path}`, method, body, {
        authorization: `Bearer ${tokens.access_token}`,
        'procore-company-id': String(companyId),
        ...headers,
      }),
    close: () => simulator.close(),
  };
}

export async function send(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string | undefined>,
): Promise<Answer> {
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const isForm = body instanceof FormData || body instanceof URLSearchParams;
  const answer = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...Object.fromEntries(given),
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isForm ? (body as FormData) : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json');
  return { status: answer.status, headers: answer.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
}
