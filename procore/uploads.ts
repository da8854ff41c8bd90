import { FormData } from 'undici';
import { z } from 'zod';
import { DomainError } from '../domain/errors.ts';
import { type Call, segment } from './call.ts';
import { optional, text } from './fields.ts';

/** A ticket for one file: the address it goes to, with the fields that go before it. */
export const upload = z.object({ uuid: text, url: text, fields: optional(z.record(z.string(), z.unknown())) });

export interface NewUpload {
  /** without one the file belongs to the company */
  projectId?: string;
  filename: string;
  contentType: string;
  bytes: Uint8Array;
}

/** Above this Procore takes a file in segments only (contract section 13). */
const LARGEST = 5 * 1024 ** 3;

/** Files for a record that takes `upload_ids`, whole, by v1.1. */
export const createUploads = (call: Call) => ({
  /**
   * Sends a file and gives its uuid, which a record must name within a week. Sending it again makes another uuid,
   * and the one no record names goes by itself.
   *
   * @throws DomainError `REFUSED` for a file that would have to be sent in segments
   */
  put: async (input: NewUpload): Promise<string> => {
    if (input.bytes.byteLength > LARGEST)
      throw new DomainError('REFUSED', { what: input.filename, said: 'files above 5 GB are not supported' });
    const place =
      input.projectId === undefined ? `companies/${segment(call.companyId)}` : `projects/${segment(input.projectId)}`;
    const ticket = await call.one(upload, {
      method: 'POST',
      path: `/rest/v1.1/${place}/uploads`,
      body: { response_filename: input.filename, response_content_type: input.contentType },
    });
    if (ticket.uuid === null || ticket.url === null)
      throw new DomainError('REFUSED', { what: input.filename, said: 'no address to send it to was given' });
    const form = new FormData();
    for (const [name, value] of Object.entries(ticket.fields ?? {}))
      if (typeof value === 'string') form.append(name, value);
    form.append('file', new Blob([input.bytes as BlobPart], { type: input.contentType }), input.filename);
    await call.store(ticket.url, form);
    return ticket.uuid;
  },
});
