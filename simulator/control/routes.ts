import type { Express, Request, Response } from 'express';
import type { FaultRule } from '../engine/faults.ts';
import type { HoldRule } from '../engine/holds.ts';
import { presentEntry } from '../engine/ledger.ts';
import { SWITCHES } from '../engine/settings.ts';
import type { Simulator, Size } from '../engine/simulator.ts';
import type { UserRow } from '../resources/company-users.ts';
import { grant, presentToken } from '../resources/oauth.ts';
import { sampleGuide } from '../sample/guide.ts';
import { presentXeroToken, xeroGrant } from '../xero/oauth.ts';
import { organisations } from '../xero/tables.ts';
import { audit } from './audit.ts';
import { fireBurst } from './burst.ts';
import { addPage } from './page.ts';
import type { ControlParts } from './parts.ts';
import { createRecord, listRecords, removeRecord, showRecord, updateRecord } from './records.ts';

type Handle = (req: Request, res: Response) => unknown;

/** What a handler gives back is the JSON answer; an Error with words is a 400, undefined a 404. */
const answered =
  (handle: Handle) =>
  async (req: Request, res: Response): Promise<void> => {
    try {
      const body = await handle(req, res);
      if (res.headersSent) return;
      if (body === undefined) res.status(404).json({ error: 'there is no such thing' });
      else res.json(body);
    } catch (error) {
      if (!res.headersSent) res.status(400).json({ error: error instanceof Error ? error.message : String(error) });
    }
  };

/** The control API under /control, and the page at /. It is not Procore's: nothing here is logged, limited or broken. */
export function addControlRoutes(app: Express, parts: ControlParts): void {
  const { sim, contract } = parts;
  const get = (path: string, handle: Handle) => app.get(`/control${path}`, answered(handle));
  const post = (path: string, handle: Handle) => app.post(`/control${path}`, answered(handle));
  const put = (path: string, handle: Handle) => app.put(`/control${path}`, answered(handle));
  const patch = (path: string, handle: Handle) => app.patch(`/control${path}`, answered(handle));
  const remove = (path: string, handle: Handle) => app.delete(`/control${path}`, answered(handle));

  get('/health', () => ({ ok: true }));
  get('/sample', () => sampleGuide(sim) ?? undefined);
  get('/audit', () => audit(sim, parts.url(), parts.internalKey));
  post('/reset', (req) => {
    parts.reset(Number(req.body?.seed ?? parts.seed), (req.body?.size as Size | undefined) ?? parts.size);
    contract?.clear();
    return { ok: true };
  });
  post('/tokens', (req) => mintToken(sim, req.body ?? {}));
  post('/xero-tokens', () => mintXeroToken(sim));

  get('/ledger', (req) => {
    const all = req.query.include === 'person';
    const entries = sim.ledger.since(since(req)).filter((entry) => all || entry.by === 'api');
    return { entries: entries.map(presentEntry) };
  });
  get('/requests', (req) => ({ count: sim.requests.count, entries: sim.requests.since(since(req)) }));
  get('/contract', () =>
    contract === null
      ? { enabled: false, checked: 0, count: 0, violations: [], operations: [] }
      : {
          enabled: true,
          checked: contract.checked,
          count: contract.count,
          violations: contract.violations,
          operations: [...contract.operationsSeen],
        },
  );
  remove('/contract', () => {
    contract?.clear();
    return { ok: true };
  });

  get('/faults', () => ({ faults: sim.faults.list() }));
  post('/faults', (req) => ({ id: sim.faults.add(req.body as FaultRule).id }));
  remove('/faults', () => {
    sim.faults.clear();
    return { ok: true };
  });
  remove('/faults/:id', (req) => (sim.faults.remove(Number(req.params.id)) ? { ok: true } : undefined));

  get('/holds', () => ({ holds: sim.holds.list() }));
  post('/holds', (req) => ({ id: sim.holds.add(req.body as HoldRule) }));
  get('/holds/:id', (req) => {
    const hold = sim.holds.get(Number(req.params.id));
    return hold === undefined ? undefined : { id: hold.id, state: hold.state };
  });
  get('/holds/:id/wait', waitForHold(sim));
  post('/holds/:id/release', (req) => (sim.holds.release(Number(req.params.id)) ? { ok: true } : undefined));

  get('/records/:collection', (req) => listRecords(sim, collection(req), req.query as Record<string, string>));
  get('/records/:collection/:id', (req) => showRecord(sim, collection(req), Number(req.params.id)));
  post('/records/:collection', (req) => createRecord(sim, collection(req), req.body));
  patch('/records/:collection/:id', (req) => updateRecord(sim, collection(req), Number(req.params.id), req.body));
  remove('/records/:collection/:id', (req) => removeRecord(sim, collection(req), Number(req.params.id)));

  get('/switches', () => ({ switches: sim.switches, choices: SWITCHES }));
  put('/switches', (req) => {
    sim.configure({ switches: req.body });
    return { switches: sim.switches };
  });
  get('/settings', () => ({ settings: sim.settings }));
  put('/settings', (req) => {
    sim.configure({ settings: req.body });
    return { settings: sim.settings };
  });

  get('/webhooks', () => ({ hooks: sim.webhooks.states() }));
  post('/webhooks/burst', (req) => fireBurst(sim, req.body ?? {}));
  addPage(app, parts);
}

const since = (req: Request): number => Number(req.query.since ?? 0);
const collection = (req: Request): string => String(req.params.collection);

/** Answers when the hold has frozen its request, 408 when it has not in time. */
function waitForHold(sim: Simulator): Handle {
  return async (req, res) => {
    const hold = sim.holds.get(Number(req.params.id));
    if (hold === undefined) return undefined;
    const timeoutMs = Number(req.query.timeoutMs ?? 30_000);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), timeoutMs);
    });
    const outcome = await Promise.race([hold.frozen, late]);
    clearTimeout(timer);
    if (outcome === 'late') res.status(408).json({ id: hold.id, state: hold.state });
    return { id: hold.id, state: hold.state };
  };
}

/** A token pair of the simulated Xero for all its organisations, without the consent page. */
function mintXeroToken(sim: Simulator) {
  const clientId = sim.settings.xero.clients[0]?.clientId ?? '';
  const tenantIds = organisations(sim)
    .all()
    .map(({ tenant_id }) => tenant_id);
  return presentXeroToken(sim.quietly(() => xeroGrant(sim, clientId, tenantIds)));
}

/** A token pair without the consent page, for tests. */
function mintToken(sim: Simulator, body: { companyIds?: number[]; userId?: number; clientId?: string; kind?: string }) {
  const person = sim.store.table<UserRow>('company_users').where('can_sign_in', true)[0];
  const userId = body.kind === 'service' ? null : (body.userId ?? person?.id ?? null);
  const clientId = body.clientId ?? sim.settings.clients[0]?.clientId ?? 'any-client';
  const companies = body.companyIds === undefined ? {} : { companyIds: body.companyIds.map(Number) };
  const token = sim.quietly(() => grant(sim, { clientId, userId, redirectUri: null, ...companies }));
  return { ...presentToken(token), user_id: token.user_id };
}
