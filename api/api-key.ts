import { sha256 } from '../platform/crypto.ts';

const PREFIX_LENGTH = 8;

/** What is kept of a machine's key: enough to know it again and to tell it apart, never the key. */
export const keptOf = (key: string) => ({ prefix: key.slice(0, PREFIX_LENGTH), hash: sha256(key) });
