import type { RateWindow, Settings } from './settings.ts';

interface Count {
  startedAt: number;
  used: number;
}

export interface RateReport {
  limit: number;
  remaining: number;
  /** Unix seconds when the reported window ends */
  reset: number;
  exceeded: boolean;
}

/**
 * Two windows at once per caller. The answer describes whichever is closer to its end,
 * so the reported limit jumps between the two (contract section 1.8).
 */
export class RateLimit {
  readonly #counts = new Map<string, Count>();

  take(caller: string, settings: Settings, now: number): RateReport {
    const hourly = this.#window(`${caller} hourly`, settings.rateHourly, now);
    const spike = this.#window(`${caller} spike`, settings.rateSpike, now);
    const exceeded = hourly.left <= 0 ? hourly : spike.left <= 0 ? spike : null;
    if (exceeded !== null) return report(exceeded, true);
    hourly.count.used += 1;
    spike.count.used += 1;
    const closer = hourly.left <= spike.left ? hourly : spike;
    return report({ ...closer, left: closer.left - 1 }, false);
  }

  reset(): void {
    this.#counts.clear();
  }

  #window(key: string, window: RateWindow, now: number) {
    let count = this.#counts.get(key);
    if (count === undefined || now >= count.startedAt + window.seconds * 1000) {
      count = { startedAt: now, used: 0 };
      this.#counts.set(key, count);
    }
    return { count, window, left: window.limit - count.used };
  }
}

function report(state: { count: Count; window: RateWindow; left: number }, exceeded: boolean): RateReport {
  return {
    limit: state.window.limit,
    remaining: Math.max(0, state.left),
    reset: Math.ceil(state.count.startedAt / 1000 + state.window.seconds),
    exceeded,
  };
}
