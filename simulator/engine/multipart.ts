import { createHash } from 'node:crypto';

export interface UploadedFile {
  field: string;
  filename: string;
  size: number;
  sha256: string;
}

/** Reads a multipart body into nested fields (`direct_cost[vendor_id]`) and the facts of its files. */
export async function readMultipart(
  bytes: Buffer,
  contentType: string,
): Promise<{ body: Record<string, unknown>; files: UploadedFile[] }> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  const body: Record<string, unknown> = {};
  const files: UploadedFile[] = [];
  for (const [key, value] of form.entries()) {
    if (typeof value === 'string') {
      put(body, keyPath(key), value);
      continue;
    }
    const content = Buffer.from(await value.arrayBuffer());
    const sha256 = createHash('sha256').update(content).digest('hex');
    files.push({ field: key.replace(/\[\]$/, ''), filename: value.name, size: content.length, sha256 });
  }
  return { body, files };
}

/** `a[b][][c]` -> a, b, '', c */
const keyPath = (key: string): string[] => key.replaceAll(']', '').split('[');

function put(target: Record<string, unknown>, path: string[], value: string): void {
  const [head, next, ...rest] = path;
  if (next === undefined) {
    target[head!] = value;
    return;
  }
  if (next === '') {
    target[head!] ??= [];
    const list = target[head!] as unknown[];
    if (rest.length === 0) list.push(value);
    else putInLast(list, rest, value);
    return;
  }
  target[head!] ??= {};
  put(target[head!] as Record<string, unknown>, [next, ...rest], value);
}

/** `lines[][amount]`: a key that the last object already has begins the next one. */
function putInLast(list: unknown[], path: string[], value: string): void {
  const last = list[list.length - 1] as Record<string, unknown> | undefined;
  const target = last === undefined || path[0]! in last ? {} : last;
  if (target !== last) list.push(target);
  put(target, path, value);
}
