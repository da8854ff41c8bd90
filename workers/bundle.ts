import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';

/** Runs in the workflows' own world, beside them. */
const LOG_ATTRIBUTES = fileURLToPath(new URL('../workflows/log-attributes.ts', import.meta.url));

let bundle: Promise<WorkflowBundle> | undefined;

/** The workflow code, bundled once a process. */
export function workflowBundle(): Promise<WorkflowBundle> {
  bundle ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    workflowInterceptorModules: [LOG_ATTRIBUTES],
    logger: new DefaultLogger('WARN'),
  });
  return bundle;
}
