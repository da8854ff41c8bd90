/** How a push ended. `failed` names the code its run fails with. */
export type Outcome = { kind: 'sent' } | { kind: 'failed'; code: string } | { kind: 'cancelled' };

/** The run that ended so, for the link from the log. */
export interface RunRef {
  workflowId: string | null;
  runId: string | null;
}
