import type { Agreed } from './direct-cost.ts';
import {
  type DesiredFile,
  type FilesVerdict,
  type FileToSend,
  filesOf,
  holds,
  keptFiles,
  nextFiles,
  type RemoteFile,
} from './direct-cost-files.ts';
import { patience, type Sending, type Settlement } from './settling.ts';

/** An order as far as its files go. */
interface Seen {
  attachments: readonly RemoteFile[];
  /** false where only one of them can be seen */
  showsAllFiles: boolean;
}

/** The journal of an order, as far as its files go. */
type Journal<H> = Agreed<H> & { keepsFiles?: boolean };
type FilesWrite = { files: readonly FileToSend[]; beside: readonly string[] };

/**
 * The files still to be sent to an order. Where Procore shows one file of several, nobody can see whether another one
 * arrived whose answer was lost, so it is not sent a second time.
 */
export function nextOrderFiles(
  files: readonly DesiredFile[],
  agreed: Pick<Journal<unknown>, 'files' | 'keepsFiles'> | null,
  record: Seen,
): FilesVerdict {
  const verdict = nextFiles({ files, keepsFiles: agreed?.keepsFiles ?? null }, agreed, record);
  const isUnsure = filesOf(agreed).tries > 0 && !record.showsAllFiles && record.attachments.length > 0;
  if (verdict.kind !== 'send' || !isUnsure) return verdict;
  return {
    kind: 'give-up',
    said: 'its answer was lost, and Procore shows one file of the order only, so look there whether it arrived',
  };
}

/** What we know after files were sent. They go together, so one that is seen, or the answer, tells that all came. */
export function takeOrderFiles<H>(agreed: Journal<H>, write: FilesWrite, record: Seen, isAnswer: boolean): Journal<H> {
  const names = record.attachments.map(({ filename }) => filename);
  const vanished = record.showsAllFiles ? write.beside.filter((name) => !holds(names, name)) : [];
  const stay = Object.entries(filesOf(agreed).sent).filter(([name]) => !holds(vanished, name));
  const keepsFiles = isAnswer && record.showsAllFiles ? keptFiles(write.beside, record.attachments) : null;
  return {
    ...agreed,
    freshIn: null,
    files: {
      sent: { ...Object.fromEntries(stay), ...Object.fromEntries(write.files.map(({ name, size }) => [name, size])) },
      tries: 0,
      problem: null,
    },
    ...(keepsFiles === null ? {} : { keepsFiles }),
  };
}

/** What became of files that got no certain answer; whether they are sent again is decided anew, which counts the tries. */
export function settleOrderFiles<H>(
  sending: Omit<Sending, 'write'>,
  write: FilesWrite,
  agreed: Journal<H>,
  { id, ...seen }: Seen & { id: string },
  now: number,
  settleDelayMs: number,
): Settlement<H> {
  if (
    write.files.some(({ name }) =>
      holds(
        seen.attachments.map(({ filename }) => filename),
        name,
      ),
    )
  )
    return { kind: 'settled', agreed: takeOrderFiles(agreed, write, seen, false), procoreId: id };
  const verdict = patience(sending, now, settleDelayMs, 'repeat');
  return verdict.kind === 'repeat' ? { kind: 'settled', agreed: { ...agreed, freshIn: null }, procoreId: id } : verdict;
}
