import { createHash } from 'node:crypto';
import { MEGABYTE } from '../domain/plan.ts';
import { invalidInput, Refusal } from './refusal.ts';

/** A file as its row keeps it. */
export interface UploadedPdf {
  filename: string;
  contentType: string;
  size: number;
  sha256: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * A PDF somebody sent, known by its content, not by what it is called.
 *
 * @param name what it is called where it comes from, perhaps with a path; `fallback` stands for a blank one
 * @throws Refusal 413 for one that is larger than the account takes, 422 for anything else than a PDF
 */
export function uploadedPdf(body: Buffer, name: string, maxMb: number, fallback: string): UploadedPdf {
  if (body.length > maxMb * MEGABYTE) throw new Refusal(413, 'TOO_LARGE', `The file is larger than ${maxMb} MB.`);
  if (!isPdf(body)) throw invalidInput([{ path: '', message: 'This is not a PDF.' }]);
  return {
    filename: filenameOf(name, fallback),
    contentType: 'application/pdf',
    size: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    bytes: new Uint8Array(body),
  };
}

/** How a browser is given a file: our own screen may show it in a frame; nothing in it may run or load. */
export const fileHeaders = ({ filename, contentType }: { filename: string; contentType: string }) => ({
  'content-type': contentType,
  'content-disposition': `inline; filename*=UTF-8''${encodeURIComponent(filename)}`,
  'content-security-policy': "frame-ancestors 'self'",
});

/** Readers accept some bytes before the mark, so we do too. */
const isPdf = (bytes: Buffer): boolean => bytes.subarray(0, 1024).includes('%PDF-');

/** The last part of a path, without signs a file name cannot have. */
function filenameOf(text: string, fallback: string): string {
  const name = (text.split(/[/\\]/).at(-1) ?? '').replaceAll(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '').trim() || fallback;
  return /\.pdf$/i.test(name) ? name : `${name}.pdf`;
}
