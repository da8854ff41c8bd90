import { readAttachment } from '../db/queries/attachments.ts';
import type { Db } from '../db/types.ts';
import type { FileToSend } from '../domain/direct-cost-files.ts';
import { DomainError } from '../domain/errors.ts';
import type { CompanyApi } from '../procore/client.ts';

/**
 * Sends the files of a claim to Procore's storage and gives the uuids a claim names within a week (contract section 13).
 * Sending one again does no harm: an upload no record names goes by itself.
 *
 * @throws DomainError `ATTACHMENT_FAILED` for a file that is no longer here
 */
export async function uploadFiles(
  { db, api, account }: { db: Db; api: CompanyApi; account: string },
  projectId: string,
  files: readonly FileToSend[],
): Promise<string[]> {
  const uuids: string[] = [];
  for (const { id, name } of files) {
    const file = await readAttachment(db, account, id);
    if (file === null)
      throw new DomainError('ATTACHMENT_FAILED', { number: '', project: '', said: 'it was removed here' });
    const { contentType, bytes } = file;
    uuids.push(await api.uploads.put({ projectId, filename: name, contentType, bytes }));
  }
  return uuids;
}
