const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const MOMENT = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:?\d\d)?)/g;
const FIRST_MOMENT = Date.parse('2026-01-01T00:00:00Z');

/**
 * Takes out of a recorded history what differs from one recording to the next and what names a machine: stack traces,
 * identities, moments, ids. Ids become numbers in the order they appear, so that what belongs together still does.
 */
export function scrub(history: unknown): unknown {
  const ids = new Map<string, string>();
  const sameId = (text: string) =>
    text.replace(UUID, (id) => {
      if (!ids.has(id)) ids.set(id, `00000000-0000-7000-8000-${String(ids.size + 1).padStart(12, '0')}`);
      return ids.get(id) ?? id;
    });
  return walk(history, sameId);
}

function walk(value: unknown, sameId: (text: string) => string, key = ''): unknown {
  if (typeof value === 'string') return text(value, sameId, key);
  if (Array.isArray(value)) return value.map((item, index) => walk(moved(item, index), sameId));
  if (typeof value !== 'object' || value === null) return value;
  if (isJsonPayload(value)) {
    const plain = Buffer.from(value.data, 'base64').toString('utf8');
    return { ...value, data: Buffer.from(sameId(plain).replace(MOMENT, '2026-01-01 00:00:00+00')).toString('base64') };
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member, sameId, name)]));
}

const RECORDED = new Set(['identity', 'buildId', 'binaryChecksum']);
const COUNTED = new Set(['taskId', 'historySizeBytes']);
/** the queue a worker keeps a run on is named after its process and machine */
const STICKY = /^\d+@/;

function text(value: string, sameId: (text: string) => string, key: string): string {
  if (RECORDED.has(key) || (key === 'name' && STICKY.test(value))) return 'recorded';
  if (COUNTED.has(key)) return '0';
  return key === 'stackTrace' ? '' : sameId(value);
}

/** Every event a tenth of a second after the one before it. */
function moved(item: unknown, index: number): unknown {
  if (typeof item !== 'object' || item === null || !('eventTime' in item)) return item;
  return { ...item, eventTime: new Date(FIRST_MOMENT + index * 100).toISOString() };
}

const JSON_PLAIN = Buffer.from('json/plain').toString('base64');

function isJsonPayload(value: object): value is { data: string } {
  const { metadata, data } = value as { metadata?: { encoding?: string }; data?: unknown };
  return typeof data === 'string' && metadata?.encoding === JSON_PLAIN;
}
