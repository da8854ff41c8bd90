import type { Express, Request, Response } from 'express';
import { escapeHtml as esc } from '../engine/html.ts';
import { presentEntry } from '../engine/ledger.ts';
import { SWITCHES } from '../engine/settings.ts';
import type { Simulator } from '../engine/simulator.ts';
import { sampleGuide } from '../sample/guide.ts';
import { audit } from './audit.ts';
import { fireBurst } from './burst.ts';
import type { ControlParts } from './parts.ts';
import { COLLECTIONS, createRecord, removeRecord, updateRecord } from './records.ts';

const SHOWN = 25;

/** A page for people: look at what is there, change it, see the ledger, faults and queues. Plain forms, no script. */
export function addPage(app: Express, { sim, contract, url, internalKey }: ControlParts): void {
  app.get('/', (_req: Request, res: Response) => {
    res.type('html').send(frame('Simulated Procore', home(sim, contract?.count ?? null)));
  });
  app.get('/control/page/:collection', (req: Request, res: Response) => {
    const name = String(req.params.collection);
    if (!COLLECTIONS.includes(name)) return void res.status(404).type('html').send(frame('Not found', ''));
    res.type('html').send(frame(name, collection(sim, name, String(req.query.q ?? ''))));
  });
  app.get('/control/page-audit', async (_req: Request, res: Response) => {
    res.type('html').send(frame('Audit', auditText(await audit(sim, url(), internalKey))));
  });
  app.post('/control/page/:collection', (req: Request, res: Response) => {
    const name = String(req.params.collection);
    try {
      const { id } = createRecord(sim, name, fieldsOf(String(req.body.fields ?? '')));
      res.redirect(303, `/control/page/${name}?q=${id}`);
    } catch (error) {
      res
        .status(400)
        .type('html')
        .send(frame('Not added', `<p>${esc((error as Error).message)}</p>`));
    }
  });
  app.post('/control/page/:collection/:id', (req: Request, res: Response) => {
    const { field, value } = req.body as { field: string; value: string };
    try {
      updateRecord(sim, String(req.params.collection), Number(req.params.id), { [field]: typed(value) });
      res.redirect(303, `/control/page/${req.params.collection}?q=${req.params.id}`);
    } catch (error) {
      res
        .status(400)
        .type('html')
        .send(frame('Not changed', `<p>${esc((error as Error).message)}</p>`));
    }
  });
  app.post('/control/page/:collection/:id/delete', (req: Request, res: Response) => {
    removeRecord(sim, String(req.params.collection), Number(req.params.id));
    res.redirect(303, `/control/page/${req.params.collection}`);
  });
  app.post('/control/page-burst', (req: Request, res: Response) => {
    const { companyId, resource, ids, count } = req.body as Record<string, string>;
    try {
      fireBurst(sim, {
        companyId: Number(companyId),
        resource,
        ids: (ids ?? '')
          .split(/[\s,]+/)
          .filter(Boolean)
          .map(Number),
        count: Number(count),
      });
      res.redirect(303, '/');
    } catch (error) {
      res
        .status(400)
        .type('html')
        .send(frame('Nothing was fired', `<p>${esc((error as Error).message)}</p>`));
    }
  });
  app.post('/control/page-switch', (req: Request, res: Response) => {
    sim.configure({ switches: { [req.body.name]: req.body.value } });
    res.redirect(303, '/');
  });
}

/** What a person types: true, 12 and null mean themselves, anything else is text. */
function typed(value: string): unknown {
  if (/^(true|false|null)$/.test(value)) return JSON.parse(value);
  return /^\d{1,15}$/.test(value) && !value.startsWith('0') ? Number(value) : value;
}

/** A new record as a person types it: one `field: value` a line. */
function fieldsOf(text: string): Record<string, unknown> {
  const lines = text.split('\n').filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).trim(), typed(line.slice(at + 1).trim())];
    }),
  );
}

function auditText(found: Awaited<ReturnType<typeof audit>>): string {
  const { agreesWithLedger, differences, duplicates, directCosts, deadTokenReuse, highestCallsIn10s } = found;
  return `<p><a href="/">Back</a></p>
<p>${directCosts.length} direct costs read through the REST API. ${agreesWithLedger ? 'They are what the ledger says was written.' : 'They are not what the ledger says was written:'}</p>
${differences.map((difference) => `<p>${esc(difference)}</p>`).join('')}
<p>${duplicates.length} duplicates, ${deadTokenReuse} uses of a dead refresh token, at most ${highestCallsIn10s} calls in any ten seconds.</p>
${table(
  ['Project', 'Vendor', 'Number', 'Direct costs'],
  duplicates.map(({ projectId, vendorId, number, ids }) => [projectId, vendorId, number, ids.join(', ')]),
)}`;
}

function home(sim: Simulator, violations: number | null): string {
  const guide = sampleGuide(sim);
  const ledger = sim.ledger.since(0).slice(-SHOWN).reverse().map(presentEntry);
  return `
<p>${esc(guide?.companies.map((company) => company.name).join(' and '))}, seed ${guide?.seed}, ${guide?.size}.
${sim.requests.count} calls since start${violations === null ? '' : `, ${violations} contract violations`}.</p>
<h2>Change data</h2><p>${COLLECTIONS.map((name) => `<a href="/control/page/${name}">${name.replaceAll('_', ' ')}</a>`).join(' · ')}</p>
<h2>Webhooks</h2>${table(
    ['Destination', 'Version', 'State', 'Queued', 'Delivered'],
    sim.webhooks
      .states()
      .map((hook) => [
        hook.destinationUrl,
        hook.payloadVersion,
        hook.paused ? 'paused, retrying' : hook.status,
        hook.queued,
        hook.delivered,
      ]),
  )}
<form method="post" action="/control/page-burst"><label>Fire events: company <select name="companyId">${(guide?.companies ?? []).map((company) => `<option value="${company.id}">${esc(company.name)}</option>`).join('')}</select></label>
<label>resource <input name="resource" value="Company Vendors"></label> <label>ids <input name="ids" value="${guide?.exampleVendors.acmeSteel?.id ?? ''}"></label> <label>how many <input name="count" value="10" size="6"></label> <button>Fire</button></form>
<h2>Faults</h2>${table(
    ['Match', 'Effect', 'Seen', 'Fired'],
    sim.faults
      .list()
      .map((fault) => [JSON.stringify(fault.match), JSON.stringify(fault.effect), fault.seen, fault.fired]),
  )}
<h2>Holds</h2>${table(
    ['Path', 'At', 'State'],
    sim.holds.list().map((hold) => [`${hold.method ?? ''} ${hold.path}`, hold.at, hold.state]),
  )}
<h2>Latest writes</h2><p><a href="/control/page-audit">Run an audit</a></p>${table(
    ['When', 'What', 'Record', 'Request', 'Answer'],
    ledger.map((entry) => [
      entry.at,
      `${entry.action} ${entry.resource}`,
      entry.id,
      entry.method === null ? 'a person' : `${entry.method} ${entry.path}`,
      entry.answered ?? '',
    ]),
  )}
<h2>Switches</h2>${Object.entries(SWITCHES)
    .map(
      ([name, values]) => `<form method="post" action="/control/page-switch"><label>${esc(name.replaceAll('_', ' '))}
<input type="hidden" name="name" value="${name}"><select name="value">${values.map((value) => `<option${sim.switches[name as keyof typeof SWITCHES] === value ? ' selected' : ''}>${esc(value)}</option>`).join('')}</select></label> <button>Set</button></form>`,
    )
    .join('')}`;
}

function collection(sim: Simulator, name: string, wanted: string): string {
  const rows = sim.store.table<{ id: number }>(name).all();
  const found = rows.filter((row) => JSON.stringify(row).toLowerCase().includes(wanted.toLowerCase()));
  const forms = found.slice(0, SHOWN).map((row) => {
    const facts = row as unknown as Record<string, unknown>;
    const fields = Object.keys(facts).filter((field) => field !== 'id');
    const title = [
      facts.project_number,
      facts.full_code,
      facts.code,
      facts.invoice_number,
      facts.name ?? facts.email_address,
    ].filter(Boolean);
    return `<details${found.length === 1 ? ' open' : ''}><summary>${esc(title.join(' ') || row.id)}</summary>
${table(
  ['Field', 'Value'],
  Object.entries(facts).map(([field, value]) => [field, typeof value === 'object' ? JSON.stringify(value) : value]),
)}
<form method="post" action="/control/page/${name}/${row.id}"><label>Set <select name="field">${fields.map((field) => `<option>${esc(field)}</option>`).join('')}</select></label>
<label>to <input name="value"></label> <button>Change</button></form>
<form method="post" action="/control/page/${name}/${row.id}/delete"><button>Delete</button></form></details>`;
  });
  return `<p><a href="/">Back</a></p><form><label>Find <input name="q" value="${esc(wanted)}"></label> <button>Find</button></form>
<details><summary>Add</summary><form method="post" action="/control/page/${name}"><label>One field a line, such as name: Grout<br>
<textarea name="fields" rows="6" cols="60"></textarea></label><br><button>Add</button></form></details>
<p>${found.length} found${found.length > SHOWN ? `, the first ${SHOWN} shown` : ''}.</p>${forms.join('')}`;
}

const table = (heads: string[], rows: unknown[][]): string =>
  rows.length === 0
    ? '<p>None.</p>'
    : `<table><tr>${heads.map((head) => `<th>${esc(head)}</th>`).join('')}</tr>${rows.map((row) => `<tr>${row.map((cell) => `<td>${esc(cell)}</td>`).join('')}</tr>`).join('')}</table>`;

const frame = (
  title: string,
  body: string,
): string => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${esc(title)}</title>
<style>body{font-family:system-ui;max-width:70rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;font-size:.9rem}td,th{border-bottom:1px solid #ddd;padding:.3rem .6rem;text-align:left;vertical-align:top;word-break:break-word}form{margin:.4rem 0}h1{border-bottom:3px solid #ff5100}</style>
</head><body><h1>${esc(title)}</h1>${body}</body></html>`;
