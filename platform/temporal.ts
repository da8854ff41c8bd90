import { Client, Connection } from '@temporalio/client';
import type { Env } from './env.ts';

/** A client that connects on first use, so that a process starts, and keeps answering, while Temporal is down. */
export function createTemporal({ TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE }: Env): Client {
  const connection = Connection.lazy({ address: TEMPORAL_ADDRESS });
  return new Client({ connection, namespace: TEMPORAL_NAMESPACE });
}

/** Runs one call with a deadline; without one the client keeps trying for tens of seconds while Temporal is down. */
export const withDeadline = <T>(client: Client, ms: number, call: () => Promise<T>): Promise<T> =>
  client.connection.withDeadline(Date.now() + ms, call);
