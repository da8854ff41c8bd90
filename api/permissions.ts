import type { Role } from '../schemas/session.ts';

const EVERYONE = ['admin', 'clerk', 'approver', 'operator', 'viewer'] as const;

/** Who may do what. Check, approve and send are separate rights; overrides are the admin's. */
export const RIGHTS = {
  read: EVERYONE,
  'settings.change': ['admin'],
  'api-key.change': ['admin'],
  'event-hook.change': ['admin'],
  'member.change': ['admin'],
  'connection.change': ['admin'],
  'company.change': ['admin'],
  'tax-mapping.change': ['admin'],
  'fetch.start': ['admin', 'operator'],
  'project.by-hand': ['admin'],
  'project.test-tax': ['admin'],
  'mapping.decide': ['admin', 'clerk'],
  'retention.change': ['admin'],
  'commitment.refresh': ['admin', 'clerk', 'approver', 'operator'],
  'vendor.create': ['admin', 'clerk'],
  'cost-code.create': ['admin', 'clerk'],
  'cost-type.change': ['admin', 'clerk'],
  'cost-type.allocate': ['admin', 'clerk'],
  'people.change': ['admin'],
  'time-sheet.send': ['admin', 'clerk', 'operator'],
  'purchase-order.edit': ['clerk'],
  'purchase-order.approve': ['approver'],
  'purchase-order.send': ['clerk', 'operator'],
  'purchase-order.cancel': ['clerk', 'approver'],
  'invoice.edit': ['clerk'],
  'invoice.check': ['clerk'],
  'invoice.approve': ['approver'],
  'invoice.send': ['clerk', 'operator'],
  'invoice.take-over': ['admin'],
  'invoice.over-allocate': ['admin'],
  'invoice.send-early': ['admin'],
  'invoice.send-locked': ['admin'],
  'invoice.undo': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof RIGHTS;

/** Whether one of the roles carries the right. */
export const isAllowed = (roles: readonly Role[], right: Right): boolean =>
  (RIGHTS[right] as readonly Role[]).some((role) => roles.includes(role));

/** Says who can do it instead. */
export function whoMay(right: Right): string {
  const names = RIGHTS[right].map((role) => (role === 'admin' || role === 'approver' ? `an ${role}` : `a ${role}`));
  return `Only ${names.join(' or ')} may do this.`;
}
