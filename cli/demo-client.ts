/** A browser-like client of the running product: keeps cookies, follows no redirects, fails with the API's own sentence. */
export interface DemoClient {
  get<T>(path: string, headers?: Record<string, string>): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH', path: string, body?: unknown): Promise<T>;
  /** The raw answer, for redirects. */
  visit(url: string, init?: RequestInit): Promise<Response>;
}

/** @param authorization a machine key; without one the client signs in with cookies */
export function createDemoClient(base: string, authorization?: string): DemoClient {
  const cookies = new Map<string, string>();

  async function visit(url: string, init: RequestInit = {}): Promise<Response> {
    const isOurs = url.startsWith(base);
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: {
        origin: base,
        ...(authorization === undefined ? {} : { authorization: `Bearer ${authorization}` }),
        ...(isOurs && cookies.size > 0
          ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
          : {}),
        ...init.headers,
      },
    });
    if (isOurs) for (const cookie of response.headers.getSetCookie()) keep(cookies, cookie);
    return response;
  }

  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const json =
      body === undefined
        ? { headers }
        : { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } };
    const response = await visit(base + path, { method, ...json });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  return { get: (path, headers) => call('GET', path, undefined, headers), send: call, visit };
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';');
  const at = pair.indexOf('=');
  cookies.set(pair.slice(0, at), pair.slice(at + 1));
}

/** Looks again every 200 ms until `look` finds something. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  timeoutMs = 60_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Waited ${timeoutMs / 1000} s for ${what}.`);
}
