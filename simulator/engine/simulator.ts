import type { Call, EventSource, Resource, Result, TableDefinition } from './api.ts';
import { message } from './errors.ts';
import { Faults } from './faults.ts';
import { Holds } from './holds.ts';
import { Ledger } from './ledger.ts';
import { RateLimit } from './rate-limit.ts';
import { RequestLog } from './request-log.ts';
import { seededRandom } from './seeded-random.ts';
import {
  defaultSettings,
  defaultSwitches,
  mergeSettings,
  mergeSwitches,
  type Settings,
  type Switches,
} from './settings.ts';
import { type Change, type Row, Store } from './store.ts';
import { WebhookQueues } from './webhook-queues.ts';

export type Size = 'small' | 'medium' | 'large';

/** Who made a change: the app that called, or a person in Procore's own screens. */
export interface Actor {
  userId: number;
  /** the app's client id; null for a person */
  applicationId: string | null;
}

interface SavedSettings extends Row {
  settings: Settings;
  switches: Switches;
}

/** The parts of a running simulator, shared by resources, control API and pipeline. */
export class Simulator {
  readonly store = new Store();
  readonly faults: Faults;
  readonly holds = new Holds();
  readonly rate = new RateLimit();
  readonly requests = new RequestLog();
  readonly locks = new Locks();
  readonly lag = new ListLag();
  readonly ledger: Ledger;
  readonly webhooks: WebhookQueues;
  readonly random: () => number;
  readonly tables = new Map<string, TableDefinition<Row>>();
  /** answers kept for the Idempotency-Token switch */
  readonly answers = new Map<string, Result>();
  deadTokenReuse = 0;
  #settings: Settings;
  #switches: Switches;
  readonly #initial: { settings: Settings; switches: Switches };
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(seed: number, resources: Resource[], initial: { settings: object; switches: object }) {
    this.random = seededRandom(seed);
    this.faults = new Faults(this.random);
    for (const definition of resources.flatMap((resource) => resource.tables)) {
      this.tables.set(definition.name, definition);
      this.store.table(definition.name, definition.firstId);
    }
    this.#initial = {
      settings: mergeSettings(defaultSettings(), initial.settings as Record<string, unknown>),
      switches: mergeSwitches(defaultSwitches(), initial.switches as Record<string, unknown>),
    };
    this.#settings = this.#initial.settings;
    this.#switches = this.#initial.switches;
    this.ledger = new Ledger(this.store);
    this.webhooks = new WebhookQueues(this);
  }

  get settings(): Settings {
    return this.#settings;
  }

  get switches(): Switches {
    return this.#switches;
  }

  configure(patch: { settings?: Record<string, unknown>; switches?: Record<string, unknown> }): void {
    this.#settings = mergeSettings(this.#settings, patch.settings ?? {});
    this.#switches = mergeSwitches(this.#switches, patch.switches ?? {});
    this.#save();
  }

  /** Takes settings saved in a data folder; what the command line asked for wins only on a first start. */
  recallSettings(): void {
    const saved = this.#saved().get(1);
    if (saved === undefined) {
      this.#save();
      return;
    }
    this.#settings = mergeSettings(defaultSettings(), { ...saved.settings });
    this.#switches = mergeSwitches(defaultSwitches(), { ...saved.switches });
  }

  /** Runs something later, unless the simulator is reset or closed first. */
  later(seconds: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, seconds * 1000);
    this.#timers.add(timer);
  }

  dropTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  forgetEverything(): void {
    this.dropTimers();
    this.webhooks.stop();
    this.holds.releaseAll();
    this.faults.clear();
    this.rate.reset();
    this.requests.clear();
    this.lag.clear();
    this.answers.clear();
    this.deadTokenReuse = 0;
    this.store.clear();
    this.#settings = this.#initial.settings;
    this.#switches = this.#initial.switches;
  }

  /** An API write: the change, its ledger entries and its webhook deliveries are kept or lost together. */
  commit(call: Call, handler: (call: Call) => Result): { result: Result; entries: number[]; changes: Change[] } {
    let entries: number[] = [];
    let changes: Change[] = [];
    const result = this.store.transaction(
      () => handler(call),
      (made, answer) => {
        changes = made;
        entries = this.ledger.record(call, answer.status, this.#recorded(made));
        this.#announce(made, { userId: call.userId, applicationId: call.token?.client_id ?? null });
      },
    );
    this.webhooks.wake();
    return { result, entries, changes };
  }

  /** A person's change in Procore's own screens: same effects, no request behind it. */
  edit<T>(work: () => T, byWhom: (result: T) => number): T {
    const result = this.store.transaction(work, (made, result) => {
      this.ledger.recordEdit(this.#recorded(made));
      this.#announce(made, { userId: byWhom(result), applicationId: null });
    });
    this.webhooks.wake();
    return result;
  }

  /** Writes that nobody is told about: sample data, settings, delivery states. */
  quietly<T>(work: () => T): T {
    return this.store.transaction(work);
  }

  /** `origin_data` as answers show it. */
  originData(row: { origin_data: string | null }): string | null {
    return this.#switches.origin_data === 'dropped' ? null : row.origin_data;
  }

  #recorded(changes: Change[]): Change[] {
    return changes.filter((change) => this.tables.get(change.table)?.ledger === true);
  }

  #announce(changes: Change[], actor: Actor): void {
    for (const change of changes) {
      const row = (change.after ?? change.before) as Row;
      const source: EventSource | null = this.tables.get(change.table)?.event?.(row, this) ?? null;
      if (source !== null) this.webhooks.enqueue(source, change.action, change.id, actor);
    }
  }

  #saved() {
    return this.store.table<SavedSettings>('simulator_settings');
  }

  #save(): void {
    const row = { settings: this.#settings, switches: this.#switches };
    this.quietly(() => {
      if (this.#saved().get(1) === undefined) this.#saved().insert(row);
      else this.#saved().update(1, row);
    });
  }
}

/** Rows being written by a request that is not answered yet. */
class Locks {
  readonly #taken = new Set<string>();

  take(key: string): boolean {
    if (this.#taken.has(key)) return false;
    this.#taken.add(key);
    return true;
  }

  release(keys: string[]): void {
    for (const key of keys) this.#taken.delete(key);
  }

  busy() {
    return message(409, 'This item is currently being edited by another request. Please try again.');
  }
}

/** Rows that a fault keeps out of lists for a while after they were created. */
class ListLag {
  readonly #until = new Map<string, number>();

  hide(table: string, id: number, seconds: number): void {
    this.#until.set(`${table}/${id}`, Date.now() + seconds * 1000);
  }

  hides(table: string, id: number): boolean {
    if (this.#until.size === 0) return false;
    return (this.#until.get(`${table}/${id}`) ?? 0) > Date.now();
  }

  clear(): void {
    this.#until.clear();
  }
}
