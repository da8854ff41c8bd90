export interface RequestEntry {
  seq: number;
  at: string;
  method: string;
  path: string;
  query: string;
  /** null while unanswered; 0 when the connection was dropped */
  status: number | null;
  userAgent: string | null;
}

const KEPT = 200_000;

/** Every API call since start, in memory; the oldest are forgotten past 200,000. */
export class RequestLog {
  #entries: RequestEntry[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(method: string, url: string, userAgent: string | undefined): RequestEntry {
    this.#count += 1;
    const [path = '', query = ''] = url.split('?');
    const at = new Date().toISOString();
    const entry = { seq: this.#count, at, method, path, query, status: null, userAgent: userAgent ?? null };
    this.#entries.push(entry);
    if (this.#entries.length > KEPT * 1.1) this.#entries = this.#entries.slice(-KEPT);
    return entry;
  }

  since(seq: number): RequestEntry[] {
    return this.#entries.filter((entry) => entry.seq > seq);
  }

  /** The most calls that began within any ten seconds. */
  highestIn10s(): number {
    const times = this.#entries.filter((entry) => entry.path.startsWith('/rest/')).map((entry) => Date.parse(entry.at));
    let highest = 0;
    let first = 0;
    for (let last = 0; last < times.length; last++) {
      while (times[last]! - times[first]! >= 10_000) first += 1;
      highest = Math.max(highest, last - first + 1);
    }
    return highest;
  }

  clear(): void {
    this.#entries = [];
    this.#count = 0;
  }
}
