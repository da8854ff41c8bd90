import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerError } from '../../api/errors.ts';
import { logRequests } from '../../api/request-log.ts';
import { DomainError } from '../../domain/errors.ts';
import { createLogger } from '../../platform/logger.ts';
import { ProcoreError } from '../../procore/errors.ts';

const THROWN: Record<string, unknown> = {
  catalogue: new DomainError('CODE_MISSING', { code: '03-310', project: 'P-1007' }),
  procore: new ProcoreError({
    kind: 'unauthorized',
    method: 'GET',
    path: '/rest/v1.0/me',
    status: 401,
    said: 'no',
    isAmbiguous: false,
  }),
  bug: new Error('password=hunter2 at /srv/product/secret.ts'),
  text: 'a thrown text',
};

const app = express();
app.use(logRequests(createLogger('test', 'silent')));
app.get('/:what', (request) => {
  throw THROWN[request.params.what];
});
app.use(answerError);
const server = createServer(app);
beforeAll(async () => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());

async function refusalOf(what: string) {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${what}`);
  const { error } = (await answer.json()) as { error: { code: string; message: string } };
  return { status: answer.status, ...error };
}

test('a reason of the catalogue comes with its code, its sentence and the way out', async () => {
  expect(await refusalOf('catalogue')).toEqual({
    status: 422,
    code: 'CODE_MISSING',
    message:
      'Cost code 03-310 does not exist in Procore project P-1007. Add the code to the project budget in Procore, or turn on "Create cost code and cost type in procore".',
  });
});

test("Procore's refusal of a call made for a request is told in words of the catalogue", async () => {
  expect(await refusalOf('procore')).toMatchObject({ status: 409, code: 'AUTH_EXPIRED' });
});

test.each(['bug', 'text'])('what nobody foresaw is told by reference only: %s', async (what) => {
  const { status, code, message } = await refusalOf(what);
  expect([status, code]).toEqual([500, 'INTERNAL']);
  expect(message).toMatch(/^Something went wrong on our side\. Tell your administrator: reference [0-9a-f-]{36}\.$/);
});
