import { randomBytes } from 'node:crypto';
import { Agent, request } from 'undici';
import type { EventSource } from './api.ts';
import type { Switches } from './settings.ts';
import type { Actor, Simulator } from './simulator.ts';
import type { Row } from './store.ts';

export interface HookRow extends Row {
  company_id: number;
  project_id: number | null;
  payload_version: string;
  namespace: string;
  destination_url: string;
  authorization: string | null;
  status: 'active' | 'disabled';
  created_at: string;
  updated_at: string;
}

export interface TriggerRow extends Row {
  hook_id: number;
  resource_name: string;
  event_type: string;
}

export interface DeliveryRow extends Row {
  hook_id: number;
  status: 'enqueued' | 'retrying' | 'delivered' | 'failed' | 'discarded';
  resource_name: string;
  event_type: string;
  payload: Record<string, unknown>;
  enqueued_at: number;
  /** first failure of the delivery at the head: the queue is flushed 12 h (scaled) after it */
  failing_since: number | null;
  attempts: { at: string; status: number | null; error: string | null }[];
}

const LONGEST_WAIT_MS = 3600_000;
const FLUSH_AFTER_MS = 12 * 3600_000;
/** finished deliveries kept per hook */
const KEPT = 5000;

/**
 * One queue per hook, delivered in order. A failure pauses everything behind it; the head is tried again
 * after 1 s, 2 s, ... up to 1 h, and after 12 h the queue is discarded (contract section 15.4).
 */
export class WebhookQueues {
  readonly #sim: Simulator;
  readonly #running = new Set<number>();
  /** ids in order, by hook, so that a long queue is not searched for every delivery */
  readonly #queues = new Map<number, { pending: number[]; finished: number[] }>();
  readonly #waits = new Set<() => void>();
  #agent = new Agent({ keepAliveTimeout: 10_000 });
  #stopped = false;
  /** told of each payload, so that it can be checked against the contract */
  onPayload: (version: string, payload: unknown) => void = () => {};

  constructor(sim: Simulator) {
    this.#sim = sim;
  }

  get #hooks() {
    return this.#sim.store.table<HookRow>('webhook_hooks');
  }

  get #deliveries() {
    return this.#sim.store.table<DeliveryRow>('webhook_deliveries');
  }

  /** Adds a delivery for every hook that has a trigger for this event. Called inside the transaction of the change. */
  enqueue(source: EventSource, eventType: string, resourceId: number, actor: Actor): void {
    const triggers = this.#sim.store.table<TriggerRow>('webhook_triggers');
    for (const hook of this.#hooks.where('company_id', source.companyId)) {
      if (hook.status !== 'active') continue;
      if (hook.project_id !== null && hook.project_id !== source.projectId) continue;
      const wanted = triggers
        .where('hook_id', hook.id)
        .some((trigger) => trigger.resource_name === source.resource && trigger.event_type === eventType);
      if (!wanted) continue;
      const enqueuedAt = Date.now();
      const facts = {
        hook_id: hook.id,
        resource_name: source.resource,
        event_type: eventType,
        enqueued_at: enqueuedAt,
      };
      const delivery = this.#deliveries.insert({
        ...facts,
        status: 'enqueued',
        payload: {},
        failing_since: null,
        attempts: [],
      });
      const event = { source, eventType, resourceId, actor, id: delivery.id, at: new Date(enqueuedAt).toISOString() };
      this.#queue(hook.id).pending.push(delivery.id);
      this.#deliveries.update(delivery.id, { payload: payloadOf(hook.payload_version, event, this.#sim.switches) });
    }
  }

  /** Starts the queues that have something to deliver and are not at it. */
  wake(): void {
    if (this.#stopped) return;
    for (const hook of this.#hooks.all()) {
      if (this.#running.has(hook.id) || this.#queue(hook.id).pending.length === 0) continue;
      this.#running.add(hook.id);
      void this.#drain(hook.id).finally(() => this.#running.delete(hook.id));
    }
  }

  /** What stands in each queue, for the control API. */
  states() {
    return this.#hooks.all().map((hook) => {
      const all = this.#deliveries.where('hook_id', hook.id);
      const pending = all.filter(isPending);
      const count = (status: DeliveryRow['status']) => all.filter((delivery) => delivery.status === status).length;
      return {
        id: String(hook.id),
        companyId: hook.company_id,
        projectId: hook.project_id,
        namespace: hook.namespace,
        destinationUrl: hook.destination_url,
        payloadVersion: hook.payload_version,
        status: hook.status,
        paused: pending[0]?.status === 'retrying',
        queued: pending.length,
        delivered: count('delivered'),
        discarded: count('discarded'),
        head: pending[0] ?? null,
        recent: all.slice(-20),
      };
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const end of this.#waits) end();
    this.#waits.clear();
    this.#queues.clear();
  }

  restart(): void {
    this.#stopped = false;
    this.wake();
  }

  async close(): Promise<void> {
    this.stop();
    await this.#agent.destroy();
  }

  #queue(hookId: number): { pending: number[]; finished: number[] } {
    const known = this.#queues.get(hookId);
    if (known !== undefined) return known;
    const rows = this.#deliveries.where('hook_id', hookId);
    const ids = (wanted: boolean) => rows.filter((row) => isPending(row) === wanted).map((row) => row.id);
    const queue = { pending: ids(true), finished: ids(false) };
    this.#queues.set(hookId, queue);
    return queue;
  }

  async #drain(hookId: number): Promise<void> {
    for (;;) {
      const hook = this.#hooks.get(hookId);
      const { pending } = this.#queue(hookId);
      if (hook === undefined || pending.length === 0 || this.#stopped) return;
      const next = this.#deliveries.get(this.#pick(pending));
      if (next === undefined || !isPending(next)) {
        pending.splice(
          0,
          pending.length,
          ...pending.filter((id) => id !== next?.id && this.#deliveries.get(id) !== undefined),
        );
        continue;
      }
      const { webhooks } = this.#sim.settings;
      if (this.#sim.random() < webhooks.delayProbability) await this.#wait(webhooks.delayMs);
      const delivered = await this.#send(hook, next);
      if (this.#stopped) return;
      if (delivered) {
        if (this.#sim.random() < webhooks.duplicateProbability) await this.#send(hook, next);
        continue;
      }
      const failed = this.#deliveries.get(next.id);
      if (failed === undefined) continue;
      if ((Date.now() - (failed.failing_since ?? Date.now())) * webhooks.clockScale >= FLUSH_AFTER_MS) {
        this.#flush(hookId);
        continue;
      }
      const backoff = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (failed.attempts.length - 1));
      await this.#wait(backoff / webhooks.clockScale);
    }
  }

  /** The head, or with the reorder probability the one behind it; never past a failing head. */
  #pick([head, second]: number[]): number {
    if (second === undefined || this.#deliveries.get(head!)?.status === 'retrying') return head!;
    return this.#sim.random() < this.#sim.settings.webhooks.reorderProbability ? second : head!;
  }

  async #send(hook: HookRow, delivery: DeliveryRow): Promise<boolean> {
    const attempt = { at: new Date().toISOString(), status: null as number | null, error: null as string | null };
    this.onPayload(hook.payload_version, delivery.payload);
    try {
      const answer = await request(hook.destination_url, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: {
          'content-type': 'application/json',
          ...(hook.authorization === null ? {} : { authorization: hook.authorization }),
        },
        body: JSON.stringify(delivery.payload),
        signal: AbortSignal.timeout(this.#sim.settings.webhooks.timeoutMs),
      });
      attempt.status = answer.statusCode;
      await answer.body.dump();
    } catch (error) {
      attempt.error = error instanceof Error ? error.message : String(error);
    }
    const delivered = attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
    this.#note(delivery.id, attempt, delivered);
    return delivered;
  }

  #note(id: number, attempt: DeliveryRow['attempts'][number], delivered: boolean): void {
    const delivery = this.#deliveries.get(id);
    if (delivery === undefined || this.#stopped) return;
    this.#sim.quietly(() => {
      this.#deliveries.update(id, {
        attempts: [...delivery.attempts, attempt],
        status: delivered ? 'delivered' : 'retrying',
        failing_since: delivered ? null : (delivery.failing_since ?? Date.now()),
      });
      if (!delivered || !isPending(delivery)) return;
      const { pending, finished } = this.#queue(delivery.hook_id);
      pending.splice(pending.indexOf(id), 1);
      finished.push(id);
      for (const old of finished.splice(0, Math.max(0, finished.length - KEPT))) this.#deliveries.remove(old);
    });
  }

  #flush(hookId: number): void {
    const { pending, finished } = this.#queue(hookId);
    this.#sim.quietly(() => {
      for (const id of pending) this.#deliveries.update(id, { status: 'discarded' });
    });
    finished.push(...pending.splice(0));
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waits.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#waits.add(end);
    });
  }
}

const isPending = (delivery: DeliveryRow): boolean => delivery.status === 'enqueued' || delivery.status === 'retrying';

interface Event {
  id: number;
  at: string;
  source: EventSource;
  eventType: string;
  resourceId: number;
  actor: Actor;
}

/** The three payload versions (contract section 15.2). */
function payloadOf(version: string, event: Event, switches: Switches): Record<string, unknown> {
  const { source, eventType, resourceId, actor } = event;
  if (version === 'v4.0') {
    return {
      id: ulid(event.at),
      timestamp: event.at,
      reason: eventType,
      company_id: String(source.companyId),
      ...projectOf(source, switches),
      user_id: String(actor.userId),
      resource_type: source.resource,
      resource_id: String(resourceId),
      payload_version: version,
    };
  }
  const payload = {
    id: event.id,
    ulid: ulid(event.at),
    timestamp: event.at,
    metadata: {
      source_user_id: actor.userId,
      source_project_id: source.projectId,
      source_operation_id: null,
      source_company_id: source.companyId,
      source_application_id: actor.applicationId,
    },
    user_id: actor.userId,
    company_id: source.companyId,
    project_id: source.projectId,
    api_version: version === 'v2.0' ? 'v2' : version,
    event_type: eventType,
    resource_name: source.resource,
    resource_id: resourceId,
  };
  return version === 'v3.0' ? { ...payload, related_resources: source.related ?? [] } : payload;
}

/** The project of a v4.0 event; how a company event says that it has none is not certain. */
function projectOf({ projectId }: EventSource, switches: Switches): { project_id?: string | null } {
  if (projectId !== null) return { project_id: String(projectId) };
  if (switches.event_without_project === 'left out') return {};
  return { project_id: switches.event_without_project === 'empty' ? '' : null };
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function ulid(at: string): string {
  let time = Date.parse(at);
  let text = '';
  for (let i = 0; i < 10; i++) {
    text = CROCKFORD[time % 32] + text;
    time = Math.floor(time / 32);
  }
  for (const byte of randomBytes(16)) text += CROCKFORD[byte % 32];
  return text;
}
