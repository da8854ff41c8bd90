import type { readAttachment } from '../db/queries/attachments.ts';
import type { FileToSend } from '../domain/direct-cost-files.ts';
import { DomainError } from '../domain/errors.ts';
import type { CompanyApi } from '../procore/client.ts';

/**
 * Sends files to Procore's storage and gives the uuids a record names within a week (contract section 13).
 * Sending one again does no harm: an upload no record names goes by itself.
 *
 * @throws DomainError `ATTACHMENT_FAILED` for a file that is no longer here
 */
export async function uploadFiles(
  { api, read }: { api: CompanyApi; read: (id: string) => ReturnType<typeof readAttachment> },
  projectId: string,
  files: readonly FileToSend[],
): Promise<string[]> {
  const uuids: string[] = [];
  for (const { id, name } of files) {
    const file = await read(id);
    if (file === null)
      throw new DomainError('ATTACHMENT_FAILED', { number: '', project: '', said: 'it was removed here' });
    const { contentType, bytes } = file;
    uuids.push(await api.uploads.put({ projectId, filename: name, contentType, bytes }));
  }
  return uuids;
}
