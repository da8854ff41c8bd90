import type { CatalogueEntry } from './catalogue-entry.ts';

/** Why time cannot be posted; a part of the catalogue. None of its sentences names a person or tells hours. */
export const TIME_ERRORS = {
  PERSON_UNLINKED: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'time-sheet',
    message: (_: Record<never, never>) =>
      'The person of this time sheet is nobody Procore knows by email or employee id.',
    fix: 'Choose the person in Procore under People, or give them the email or employee id they have there.',
  },
  PERSON_NOT_ON_PROJECT: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { project: string }) =>
      `The person of this time sheet is not in the directory of Procore project ${d.project}.`,
    fix: 'Add the person to the project directory in Procore, as an employee of the company.',
  },
  CODE_NOT_LABOUR: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'time-sheet',
    message: (d: { code: string; project: string }) =>
      `Cost code ${d.code} in project ${d.project} has no cost type of labour, or several and none is chosen.`,
    fix: 'Choose another code or a cost type of labour.',
  },
  TIME_TYPE_UNMAPPED: {
    fixedBy: 'admin',
    retry: 'after-fix',
    where: 'settings',
    message: (_: Record<never, never>) => 'An entry type of this time sheet is not mapped to a Procore time type.',
    fix: 'Map it under Time type mapping.',
  },
  TIME_OVERLAP: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'time-sheet',
    message: (d: { date: string }) => `Times of ${d.date} overlap.`,
    fix: 'Correct the start or the end.',
  },
  TIME_ALREADY_IN_PROCORE: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'time-sheet',
    message: (d: { date: string; project: string }) =>
      `Procore already has hours of this person on ${d.date} in ${d.project} that are not ours.`,
    fix: 'Link them, add ours anyway, or skip ours.',
  },
  TIME_LOCKED: {
    fixedBy: 'procore',
    retry: 'after-fix',
    where: 'procore',
    message: (d: { date: string; why: string }) => `Time of ${d.date} can no longer be changed in Procore: ${d.why}.`,
    fix: 'Change it in Procore.',
  },
  TIME_MODE_MISMATCH: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'time-sheet',
    message: (d: { project: string; wanted: string }) => `Project ${d.project} counts time by ${d.wanted} in Procore.`,
    fix: 'Enter start and end times, or hours, as the project counts them.',
  },
  ATTACHMENT_FAILED: {
    fixedBy: 'clerk',
    retry: 'after-fix',
    where: 'invoice',
    message: (d: { number: string; project: string; said: string }) =>
      `The file of ${d.number} is not in Procore project ${d.project}: ${d.said}. The record itself is complete.`,
    fix: 'Send the file again.',
  },
} as const satisfies Record<string, CatalogueEntry>;
