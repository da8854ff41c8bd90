import { ApplicationFailure, type WorkflowInterceptors } from '@temporalio/workflow';

/**
 * Names the catalogue code a run ended with in the log line Temporal writes of its end: whatever else the error says is
 * lost on its way to the log, and without the code a refusal cannot be told from a bug.
 */
export const interceptors = (): WorkflowInterceptors => {
  let failureReason: string | undefined;
  return {
    inbound: [
      {
        async execute(input, next) {
          try {
            return await next(input);
          } catch (error) {
            if (error instanceof ApplicationFailure && error.category === 'BENIGN')
              failureReason = error.type ?? undefined;
            throw error;
          }
        },
      },
    ],
    outbound: [
      {
        getLogAttributes: (input, next) => next(failureReason === undefined ? input : { ...input, failureReason }),
      },
    ],
  };
};
