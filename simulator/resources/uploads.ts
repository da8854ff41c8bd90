import { randomBytes, randomUUID } from 'node:crypto';
import { type Api, type Call, created, empty, ok, type Resource, type Result } from '../engine/api.ts';
import { ApiError, coded, notFound, onFields } from '../engine/errors.ts';
import { requireFields, textOf } from '../engine/fields.ts';
import type { Simulator } from '../engine/simulator.ts';
import type { Row } from '../engine/store.ts';

/** A file on its way: a ticket first, then the file at the storage host, then a record that names its uuid. */
interface UploadRow extends Row {
  uuid: string;
  company_id: number;
  project_id: number | null;
  /** only who began it may use it */
  user_id: number;
  filename: string;
  content_type: string;
  policy: string;
  started_at: number;
  file: { size: number; sha256: string } | null;
}

const uploadTable = (sim: Simulator) => sim.store.table<UploadRow>('uploads');

/** Uploads v1.1 in one piece, and the storage host they go to (contract section 13). */
export const uploads: Resource = {
  tables: [{ name: 'uploads', firstId: 1 }],
  routes(api) {
    addRoutes(api, '/rest/v1.1/projects/:project_id/uploads');
    addRoutes(api, '/rest/v1.1/companies/:company_id/uploads');
    api.post('/storage/uploads', store, { auth: 'none', contract: 'none' });
  },
};

function addRoutes(api: Api, base: string): void {
  api.post(base, (call) => created(start(call)));
  api.get(`${base}/:uuid`, (call) => ok(present(call, find(call))));
  api.patch(`${base}/:uuid`, (call) => {
    find(call);
    throw inPieces();
  });
}

function scopeOf(call: Call) {
  if (call.params.project_id === undefined) return { company_id: call.company().id, project_id: null };
  const project = call.project('documents');
  return { company_id: project.company_id, project_id: project.id };
}

function start(call: Call) {
  const scope = scopeOf(call);
  requireFields(call.body, 'response_filename');
  if (call.body.segments !== undefined) throw inPieces();
  const row = uploadTable(call.sim).insert({
    ...scope,
    uuid: randomUUID(),
    user_id: call.userId,
    filename: String(call.body.response_filename),
    content_type: textOf(call.body.response_content_type) ?? 'application/octet-stream',
    policy: randomBytes(24).toString('base64url'),
    started_at: Date.now(),
    file: null,
  });
  return present(call, row);
}

const inPieces = () =>
  coded(422, 'UNPROCESSABLE_ENTITY', 'Uploads in segments are not simulated: send the file whole.');

/** An upload that nothing took for a week is gone; that of another user is not told of. */
function find(call: Call): UploadRow {
  const { company_id: companyId, project_id: projectId } = scopeOf(call);
  const row = uploadTable(call.sim).where('uuid', call.params.uuid ?? '')[0];
  const isThere = row !== undefined && row.company_id === companyId && row.project_id === projectId;
  if (!isThere || row.user_id !== call.userId || isOlderThan(row, call.sim.settings.uploads.attachSeconds))
    throw notFound();
  return row;
}

const isOlderThan = (row: UploadRow, seconds: number): boolean => Date.now() - row.started_at > seconds * 1000;

/** The storage host: takes a form with all the fields of the ticket and the file last, and no bearer token. */
function store(call: Call): Result {
  if (call.headers.authorization !== undefined) throw denied(400, 'Only one auth mechanism allowed');
  const row = uploadTable(call.sim).where('uuid', String(call.body.key ?? ''))[0];
  const isSigned =
    row !== undefined && call.body.policy === row.policy && call.body['Content-Type'] === row.content_type;
  if (!isSigned) throw denied(403, 'AccessDenied');
  if (isOlderThan(row, call.sim.settings.uploads.ticketSeconds)) throw denied(403, 'Policy expired');
  const file = call.files.find(({ field }) => field === 'file');
  if (file === undefined) throw denied(400, 'POST requires exactly one file upload per request.');
  uploadTable(call.sim).update(row.id, { file: { size: file.size, sha256: file.sha256 } });
  return empty(204);
}

/** The files a record takes by the uuids of their uploads. @throws ApiError 422 for one that is not there or not whole */
export function takeUploads(call: Call, ids: unknown): UploadRow[] {
  if (ids === undefined || ids === null) return [];
  return (ids as unknown[]).map((uuid) => {
    const row = uploadTable(call.sim).where('uuid', String(uuid))[0];
    const isUsable =
      row?.file != null && row.user_id === call.userId && !isOlderThan(row, call.sim.settings.uploads.attachSeconds);
    if (row === undefined || !isUsable) throw onFields(422, { upload_ids: ['is not an upload of yours'] });
    return row;
  });
}

const denied = (status: number, message: string) =>
  new ApiError(status, `<?xml version="1.0" encoding="UTF-8"?><Error><Message>${message}</Message></Error>`);

const present = (call: Call, row: UploadRow) => ({
  uuid: row.uuid,
  status: row.file === null ? 'ready' : 'complete',
  url: `${call.origin}/storage/uploads`,
  fields: {
    key: row.uuid,
    'Content-Type': row.content_type,
    'Content-Disposition': `inline; filename="${row.filename.replaceAll('"', '')}"`,
    policy: row.policy,
  },
  segments: [],
});
