import type { Env } from '../platform/env.ts';

/**
 * Where people open a run in Temporal's Web UI; null when no address of it is set. Without a run id the UI shows the latest.
 */
export function temporalLink(
  { TEMPORAL_UI_URL, TEMPORAL_NAMESPACE }: Pick<Env, 'TEMPORAL_UI_URL' | 'TEMPORAL_NAMESPACE'>,
  workflowId: string | null,
  runId: string | null = null,
): string | null {
  if (!TEMPORAL_UI_URL || workflowId === null) return null;
  const place = ['namespaces', TEMPORAL_NAMESPACE, 'workflows', workflowId, ...(runId ? [runId, 'history'] : [])];
  return `${TEMPORAL_UI_URL.replace(/\/$/, '')}/${place.map(encodeURIComponent).join('/')}`;
}
