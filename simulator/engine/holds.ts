import { matches } from './faults.ts';

export type HoldPoint = 'before' | 'after-commit' | 'after-first-byte';

export interface HoldRule {
  method?: string;
  path: string;
  nth?: number;
  at: HoldPoint;
}

interface Hold extends HoldRule {
  id: number;
  seen: number;
  state: 'armed' | 'frozen' | 'released';
  frozen: Promise<void>;
  markFrozen: () => void;
  released: Promise<void>;
  release: () => void;
}

/** Freezes one matching request at a known point, so a test can kill its caller exactly there. */
export class Holds {
  readonly #holds = new Map<number, Hold>();
  #next = 1;

  add(rule: HoldRule): number {
    if (typeof rule?.path !== 'string') throw new Error('path must be a regular expression as text');
    if (!['before', 'after-commit', 'after-first-byte'].includes(rule.at)) {
      throw new Error('at must be before, after-commit or after-first-byte');
    }
    new RegExp(rule.path);
    const frozen = gate();
    const released = gate();
    const id = this.#next++;
    this.#holds.set(id, {
      ...rule,
      id,
      seen: 0,
      state: 'armed',
      frozen: frozen.passed,
      markFrozen: frozen.open,
      released: released.passed,
      release: released.open,
    });
    return id;
  }

  get(id: number) {
    return this.#holds.get(id);
  }

  list() {
    return [...this.#holds.values()].map(({ id, method, path, nth, at, state }) => ({
      id,
      method,
      path,
      nth,
      at,
      state,
    }));
  }

  /** Which hold, if any, this request will meet. Counted once a request, whatever point it freezes at. */
  claim(method: string, url: string): Hold | null {
    for (const hold of this.#holds.values()) {
      if (hold.state !== 'armed' || !matches(hold, method, url)) continue;
      hold.seen += 1;
      if (hold.seen === (hold.nth ?? 1)) return hold;
    }
    return null;
  }

  async freeze(hold: Hold | null, at: HoldPoint): Promise<void> {
    if (hold === null || hold.at !== at || hold.state !== 'armed') return;
    hold.state = 'frozen';
    hold.markFrozen();
    await hold.released;
  }

  release(id: number): boolean {
    const hold = this.#holds.get(id);
    if (hold === undefined) return false;
    hold.state = 'released';
    hold.release();
    return true;
  }

  releaseAll(): void {
    for (const id of this.#holds.keys()) this.release(id);
    this.#holds.clear();
  }
}

function gate(): { passed: Promise<void>; open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
