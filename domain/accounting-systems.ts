/** What is known of a Procore company that may have an accounting system of its own (contract section 16). */
export interface AccountingStanding {
  company: string;
  isErpConnected: boolean;
  /** whether vendors, codes and types are created there all the same; `ask` until a person said */
  createWhereErp: 'ask' | 'allow' | 'refuse';
}

/** Why nothing is created in a company of itself: an accounting system there wants its records made in it. */
export type Held = { company: string; isAsked: boolean } | null;

/** Whether creating vendors, codes and types in a company waits for a person, or is refused there. */
export function heldBy({ company, isErpConnected, createWhereErp }: AccountingStanding): Held {
  if (!isErpConnected || createWhereErp === 'allow') return null;
  return { company, isAsked: createWhereErp === 'ask' };
}

/** What stands beside a project whose budget codes have segments Lentune does not have. */
export const segmentsWarning = (segments: readonly string[]): string =>
  `Its budget codes have the custom ${segments.length === 1 ? 'segment' : 'segments'} ${segments.join(', ')}, which Lentune does not have: no costs are booked there.`;
