export type FaultEffect =
  | { kind: 'lost-response' }
  | { kind: 'drop-before' }
  | { kind: 'late-commit'; seconds: number }
  | { kind: 'list-lag'; seconds: number }
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string>; window?: 'hourly' | 'spike' }
  | { kind: 'slow'; ms: number }
  | { kind: 'truncate' }
  | { kind: 'html'; status?: number };

export interface FaultRule {
  match: { method?: string; path: string; nth?: number; probability?: number; times?: number | 'always' };
  effect: FaultEffect;
}

export interface Fault extends FaultRule {
  id: number;
  /** requests the rule matched, and those it acted on */
  seen: number;
  fired: number;
}

const KINDS = ['lost-response', 'drop-before', 'late-commit', 'list-lag', 'status', 'slow', 'truncate', 'html'];

/** Rules that break the nth, or a seeded share, of matching requests. */
export class Faults {
  readonly #faults = new Map<number, Fault>();
  readonly #random: () => number;
  #next = 1;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** @throws Error in words when the rule makes no sense */
  add(rule: FaultRule): Fault {
    if (typeof rule?.match?.path !== 'string') throw new Error('match.path must be a regular expression as text');
    if (!KINDS.includes(rule.effect?.kind)) throw new Error(`effect.kind must be one of ${KINDS.join(', ')}`);
    new RegExp(rule.match.path);
    const fault: Fault = { id: this.#next++, match: rule.match, effect: rule.effect, seen: 0, fired: 0 };
    this.#faults.set(fault.id, fault);
    return fault;
  }

  list(): Fault[] {
    return [...this.#faults.values()];
  }

  remove(id: number): boolean {
    return this.#faults.delete(id);
  }

  clear(): void {
    this.#faults.clear();
  }

  /** The effect of the first rule that acts on this request; every matching rule counts it. */
  hit(method: string, url: string): FaultEffect | null {
    let effect: FaultEffect | null = null;
    for (const fault of this.#faults.values()) {
      if (!matches(fault.match, method, url)) continue;
      fault.seen += 1;
      if (effect === null && this.#acts(fault)) {
        fault.fired += 1;
        effect = fault.effect;
      }
    }
    return effect;
  }

  #acts({ match, seen, fired }: Fault): boolean {
    const times = match.times ?? (match.probability === undefined ? 1 : 'always');
    if (times !== 'always' && fired >= times) return false;
    if (match.probability !== undefined) return this.#random() < match.probability;
    return seen >= (match.nth ?? 1);
  }
}

/** The expression may be written for the path alone or for the path with its query. */
export function matches(match: { method?: string; path: string }, method: string, url: string): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false;
  const expression = new RegExp(match.path);
  return expression.test(url) || expression.test(url.split('?')[0]!);
}
