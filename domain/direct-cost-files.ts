/** A file the record shall have. */
export interface DesiredFile {
  /** our id of it */
  id: string;
  filename: string;
  size: number;
}

/** A file of a record there. */
export interface RemoteFile {
  id: string;
  filename: string;
}

/** A file under the name Procore gets it by. */
export interface FileToSend {
  id: string;
  name: string;
  size: number;
}

/** What we know of our files on a record. Procore tells names only, so the sizes are our own memory. */
export interface AgreedFiles {
  /** sizes of the files we sent, by the name they have there */
  sent: Readonly<Record<string, number>>;
  /** how often a file was sent without a certain answer since the last one that came */
  tries: number;
  /** why the files are not there, in Procore's words; the record does without them until a person sends them again */
  problem: string | null;
}

const NO_FILES: AgreedFiles = Object.freeze({ sent: {}, tries: 0, problem: null });

/** What a journal says of files, whatever the record is. */
interface FilesJournal {
  files?: AgreedFiles;
  isLinkOnly?: boolean;
}

/** A record as far as its files go. */
interface WithFiles {
  attachments: readonly RemoteFile[];
}

/** Journals of before the first file say nothing of files. */
export const filesOf = (agreed: FilesJournal | null): AgreedFiles => agreed?.files ?? NO_FILES;

/** Files are on their way: how often they were sent without an answer is counted before each time. */
export const triedAgain = (files: AgreedFiles): AgreedFiles => ({ ...files, tries: files.tries + 1 });

/** The record goes on without its files, and why. */
export const givenUp = (files: AgreedFiles, said: string): AgreedFiles => ({ ...files, tries: 0, problem: said });

const MOST_TRIES = 3;

export type FilesVerdict =
  | { kind: 'nothing' }
  /** `beside`: what is on the record already, to learn whether it stays */
  | { kind: 'send'; files: FileToSend[]; beside: string[] }
  /** the record goes on without them, and a person is told */
  | { kind: 'give-up'; said: string };

/**
 * The files still to be sent to a record. A file we sent and people removed there is not sent again unasked. Where Procore
 * drops the earlier files with every new one, ours go together; files of other people are never put at risk.
 */
export function nextFiles(
  desired: { files: readonly DesiredFile[]; keepsFiles: boolean | null },
  agreed: FilesJournal | null,
  record: WithFiles,
): FilesVerdict {
  const { sent, tries, problem } = filesOf(agreed);
  if (problem !== null) return { kind: 'nothing' };
  const beside = record.attachments.map(({ filename }) => filename);
  const wanted = desired.files.map((file): FileToSend => {
    const { id, size } = file;
    return { id, size, name: nameThere(file, sent) };
  });
  const missing = wanted.filter(({ name }) => sent[name] === undefined && !holds(beside, name));
  if (missing.length === 0) return { kind: 'nothing' };
  if (tries >= MOST_TRIES) return { kind: 'give-up', said: 'Procore gave no certain answer to it, three times' };
  const ours = [...Object.keys(sent), ...wanted.map(({ name }) => name)];
  const isForeignThere = beside.some((name) => !holds(ours, name));
  if (isForeignThere && desired.keepsFiles !== true)
    return { kind: 'give-up', said: 'people attached files there, which Procore might drop for ours' };
  return { kind: 'send', files: desired.keepsFiles === false ? wanted : missing, beside };
}

/** Whether files of the invoice are not on a record that stands, as far as we know. */
export function lacksFiles(files: readonly DesiredFile[], agreed: FilesJournal | null): boolean {
  if (files.length === 0 || agreed?.isLinkOnly) return false;
  const { sent, problem } = filesOf(agreed);
  return problem !== null || files.some((file) => sent[nameThere(file, sent)] === undefined);
}

/** Another content under a name already used gets a name of its own: `invoice (2).pdf`. */
function nameThere({ filename, size }: DesiredFile, sent: AgreedFiles['sent']): string {
  const [, stem = filename, ending = ''] = /^(.+?)(\.[^.]*)?$/.exec(filename) ?? [];
  for (let edition = 1; ; edition += 1) {
    const name = edition === 1 ? filename : `${stem} (${edition})${ending}`;
    if (sent[name] === undefined || sent[name] === size) return name;
  }
}

/** Names come back with other signs for spaces and brackets. */
const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}.]+/gu, '_');

/** Whether a file of that name is among those of a record. */
export const holds = (names: readonly string[], name: string): boolean =>
  names.some((other) => plain(other) === plain(name));

/**
 * What we know after files were sent: those the record shows are there; ours that vanished with the write are to be sent
 * again. What a file is called there is Procore's affair: the answer to the write tells that it came.
 */
export function afterFiles(
  files: AgreedFiles,
  write: { files: readonly FileToSend[]; beside: readonly string[] },
  attachments: WithFiles['attachments'],
  isAnswer: boolean,
): AgreedFiles {
  const names = attachments.map(({ filename }) => filename);
  const isRenamed = isAnswer && names.some((name) => !holds(write.beside, name));
  const named = write.files.filter(({ name }) => holds(names, name));
  const arrived = named.length === 0 && isRenamed ? write.files : named;
  const vanished = write.beside.filter((name) => !holds(names, name));
  const kept = Object.entries(files.sent).filter(([name]) => !holds(vanished, name));
  return {
    sent: { ...Object.fromEntries(kept), ...Object.fromEntries(arrived.map(({ name, size }) => [name, size])) },
    tries: arrived.length > 0 ? 0 : files.tries,
    problem: null,
  };
}

/** Whether earlier files stayed when one was added; null when there were none to tell by. */
export function keptFiles(beside: readonly string[], attachments: WithFiles['attachments']): boolean | null {
  if (beside.length === 0) return null;
  const names = attachments.map(({ filename }) => filename);
  return beside.every((name) => holds(names, name));
}
