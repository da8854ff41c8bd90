/** Why something cannot start, as one line a person can act on; printed without a stack trace. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
