import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProcore } from '../../procore/client.ts';
import type { Lane, RateHeaders } from '../../procore/ports.ts';
import type { CallRecord } from '../../procore/transport.ts';

/** A request as it reached the far side. */
export interface Asked {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}

/** What the far side answers; `hangUp` drops the connection, `silence` never answers. */
export type Given =
  | { status?: number; body?: unknown; text?: string; headers?: Record<string, string | string[]> }
  | 'hangUp'
  | 'silence';

/** A server whose answers a test writes by hand: for bodies no honest simulator would send. */
export async function startAnswers(answer: (asked: Asked, count: number) => Given) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one: Asked = {
      method: request.method ?? '',
      url: new URL(request.url ?? '/', 'http://localhost'),
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    asked.push(one);
    give(response, answer(one, asked.length));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    asked,
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function give(response: ServerResponse, given: Given): void {
  if (given === 'silence') return;
  if (given === 'hangUp') return void response.socket?.destroy();
  response.writeHead(given.status ?? 200, { 'content-type': 'application/json', ...given.headers });
  response.end(given.text ?? (given.body === undefined ? '' : JSON.stringify(given.body)));
}

/** A client against such a server, with everything it told and asked its ports. */
export async function startClient(answer: Parameters<typeof startAnswers>[0], options: { timeoutMs?: number } = {}) {
  const server = await startAnswers(answer);
  const learned: { headers: RateHeaders; wasRefused: boolean }[] = [];
  const calls: CallRecord[] = [];
  const refused: number[] = [];
  const lanes: Lane[] = [];
  /** how many calls may go, and how long the others wait */
  const allowance = { letsGo: Number.POSITIVE_INFINITY, waitMs: 0 };
  let version = 1;
  const procore = createProcore({
    timeoutMs: options.timeoutMs ?? 5000,
    tokens: {
      async accessToken(_connectionId, _refresh, wasRefused) {
        if (wasRefused !== undefined) {
          refused.push(wasRefused);
          version += 1;
        }
        return { value: `secret-token-${version}`, version };
      },
    },
    budget: {
      async take(_connectionId, lane) {
        lanes.push(lane);
        return lanes.length <= allowance.letsGo ? { kind: 'go' } : { kind: 'wait', ms: allowance.waitMs };
      },
      async learn(_connectionId, headers, wasRefused) {
        learned.push({ headers, wasRefused });
      },
    },
  });
  const scope = {
    connectionId: 'c1',
    apiUrl: server.apiUrl,
    lane: 'webhook' as const,
    onCall: (call: CallRecord) => void calls.push(call),
  };
  return {
    ...server,
    api: procore.company({ ...scope, companyId: '7001' }),
    user: procore.user(scope),
    learned,
    calls,
    refused,
    lanes,
    allowance,
    async close() {
      await procore.close();
      await server.stop();
    },
  };
}
