import type { ActivityEntry } from '../../schemas/activity.ts';

/** `purchase-order.sent` as "Purchase order sent", `api-key.made` as "API key made". */
export const deedInWords = (action: string): string =>
  capital(action.replaceAll(/[._-]+/g, ' ').replace(/^api\b/, 'API'));

/** One changed field: "Rounding tolerance 0.00 to 0.10", "Roles clerk" where nothing stood before. */
export function changeInWords({ field, before, after }: ActivityEntry['changes'][number]): string {
  const name = capital(
    field
      .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
      .replaceAll(/[._-]+/g, ' ')
      .toLowerCase(),
  );
  if (before === null) return `${name} ${after}`;
  return `${name} ${before} to ${after ?? 'blank'}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
