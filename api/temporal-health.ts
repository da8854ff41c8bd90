import type { Client } from '@temporalio/client';
import { withDeadline } from '../platform/temporal.ts';

const PATIENCE_MS = 2000;

/** Whether Temporal answers; documents wait in our database while it does not. */
export const isTemporalUp = (temporal: Client): Promise<boolean> =>
  withDeadline(temporal, PATIENCE_MS, () => temporal.connection.workflowService.getSystemInfo({})).then(
    () => true,
    () => false,
  );
