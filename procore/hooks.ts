import type { Call } from './call.ts';
import { ProcoreError } from './errors.ts';
import type { HookApi } from './hook-api.ts';
import { createHooksV1 } from './hooks-v1.ts';
import { createHooksV2 } from './hooks-v2.ts';

/**
 * Webhooks of a company by v2.0, or by v1.0 where v2.0 is not known. A hook that answers 404 may only be gone, so before
 * v1.0 is used the list of resources, which is never gone, must answer 404 too. Such an answer has changed nothing.
 */
export function createHooks(call: Call): HookApi {
  const newer = createHooksV2(call);
  const older = createHooksV1(call);
  let served: HookApi | null = null;

  async function ask<T>(question: (api: HookApi) => Promise<T>): Promise<T> {
    if (served !== null) return question(served);
    try {
      const answer = await question(newer);
      served = newer;
      return answer;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      served = await newer.resources({ payloadVersion: 'v2.0' }).then(
        () => newer,
        (refusal: unknown) => {
          if (isNotFound(refusal)) return older;
          throw refusal;
        },
      );
      if (served === newer) throw error;
      return question(older);
    }
  }

  return {
    resources: (input) => ask((api) => api.resources(input)),
    list: (input) => ask((api) => api.list(input)),
    create: (input) => ask((api) => api.create(input)),
    update: (input) => ask((api) => api.update(input)),
    delete: (input) => ask((api) => api.delete(input)),
    triggers: {
      list: (input) => ask((api) => api.triggers.list(input)),
      createBulk: (input) => ask((api) => api.triggers.createBulk(input)),
      deleteBulk: (input) => ask((api) => api.triggers.deleteBulk(input)),
    },
  };
}

const isNotFound = (error: unknown): boolean => error instanceof ProcoreError && error.kind === 'not-found';
