import { normaliseName } from './matching.ts';

/**
 * Keys of what a failed document waits for in Procore. The inbound rules name the same key when they bring it in,
 * which queues the document again (design: clearing).
 */
export const waitKeys = {
  project: (projectProcoreId: string) => `project:${projectProcoreId}`,
  /** a project that was never linked has no Procore id to wait for */
  projectCode: (code: string) => `project-code:${normaliseName(code)}`,
  vendor: (name: string) => `vendor:${normaliseName(name)}`,
  costCode: (projectProcoreId: string, code: string) => `cost-code:${projectProcoreId}:${normaliseName(code)}`,
  costType: (code: string) => `cost-type:${normaliseName(code)}`,
} as const;
