import postgres from 'postgres';
import { inject } from 'vitest';

/** A Temporal namespace no other test of this run has touched, with the product's search attributes. */
export interface TestNamespace {
  address: string;
  namespace: string;
}

/**
 * Hands out the next unused namespace of the run's Temporal server.
 *
 * @throws Error when the run has used them all: raise NAMESPACES in services.ts
 */
export async function claimNamespace(): Promise<TestNamespace> {
  const { postgresUrl, temporalAddress, namespaces } = inject('services');
  const sql = postgres(postgresUrl, { max: 1 });
  try {
    const [row] = await sql<{ number: number }[]>`select nextval('claimed_namespace')::int as number`;
    const number = row?.number ?? 0;
    if (number < 1 || number > namespaces)
      throw new Error(`All ${namespaces} namespaces are claimed; raise NAMESPACES.`);
    return { address: temporalAddress, namespace: `test-${number}` };
  } finally {
    await sql.end();
  }
}
