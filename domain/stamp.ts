/** What a stamp names: which installation and document a Procore record belongs to, and which part of it. */
export interface StampSubject {
  /** tells two installations that share one Procore company apart */
  installation: string;
  account: string;
  documentId: string;
  /** the Procore project of the part */
  part: string;
}

/**
 * What we write into `origin_data` of every record we create, so that finding it again is knowing it is ours
 * (design: finding is not owning). About 110 characters.
 */
export const recordStamp = ({ installation, account, documentId, part }: StampSubject): string =>
  ['lentune', installation, account, documentId, part].join('/');

/** The stamp of one line: its record's, and its position in the invoice or its id in the order. */
export const lineStamp = (record: string, line: number | string): string => `${record}/${line}`;

/** An installation is known by its connection to Procore; the tail of a uuidv7 is its random part. */
export const installationOf = (connectionId: string): string => tail(connectionId, 12);

/** What stands at the end of a description where Procore does not give stamps back. */
export const shortReference = (documentId: string): string => `[LT-${tail(documentId, 10)}]`;

/** A description that carries the reference, once. */
export function withReference(description: string | null, documentId: string): string {
  return [description, shortReference(documentId)].filter((part) => part !== null && part !== '').join(' ');
}

/** Whether two descriptions say the same but for our reference, which only goes along until Procore gave a stamp back. */
export const sameButReference = (a: string | null, b: string | null): boolean => plain(a) === plain(b);
const plain = (description: string | null): string => (description ?? '').replace(/ ?\[LT-[0-9a-f]{10}\]$/, '');

const tail = (id: string, length: number): string => id.replaceAll('-', '').slice(-length);
