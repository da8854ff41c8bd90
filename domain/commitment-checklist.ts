import { COMMITMENT_WORDS, type CommitmentKind, isSynced, type PurchaseOrderMaster, whyGreyed } from './commitments.ts';

/** What is known of a commitment somebody misses. */
export interface MissingCommitment {
  kind: CommitmentKind;
  /** as people look for it */
  number: string;
  isConnected: boolean;
  company: { name: string; syncSubContracts: boolean; purchaseOrderMaster: PurchaseOrderMaster };
  project: { code: string; isMonitored: boolean; notMonitoredReason: string | null };
  /** what Procore answers when asked now */
  remote:
    | { kind: 'found'; status: string | null; isPrivate: boolean; isDeleted: boolean; vendorName: string | null }
    /** not among those it shows us */
    | { kind: 'not-shown' }
    | { kind: 'unreadable'; said: string }
    /** nobody asked: it could not be reached, or does not come in anyway */
    | { kind: 'not-asked' };
  /** what Lentune has of it */
  local: { isActive: boolean; hasVendor: boolean; unknownCodes: readonly string[] } | null;
  /** the last time Procore told us of it, and what came of it */
  lastEvent: { state: 'pending' | 'applied' | 'unchanged' | 'ignored' | 'failed'; outcome: string | null } | null;
  /** variations that stay away because of "Only sync approved variation lines" */
  variationsLeftOut: number;
}

/** One point of the checklist. */
export interface Check {
  /** `cause`: this keeps it away, or keeps it from being used; `unknown`: it could not be found out */
  verdict: 'fine' | 'cause' | 'unknown';
  says: string;
  /** what to do about it; null where nothing is to be done */
  fix: string | null;
}

/**
 * "Why is my commitment not here?": every point that can keep a purchase order or subcontract away, in the order people
 * can check them (domain.md section 5). Points that do not apply are left out.
 */
export function commitmentChecklist(facts: MissingCommitment): Check[] {
  return [
    connection(facts),
    toggle(facts),
    project(facts),
    inProcore(facts),
    status(facts),
    vendor(facts),
    codes(facts),
    event(facts),
    variations(facts),
  ].filter((check) => check !== null);
}

const fine = (says: string): Check => ({ verdict: 'fine', says, fix: null });
const cause = (says: string, fix: string): Check => ({ verdict: 'cause', says, fix });
const unknown = (says: string, fix: string): Check => ({ verdict: 'unknown', says, fix });

function connection({ isConnected }: MissingCommitment): Check {
  return isConnected
    ? fine('Procore is connected.')
    : cause('Procore is not connected.', 'Connect to Procore under Settings > Integration.');
}

/** The setup guide's name of the switch a kind hangs on. */
export const TOGGLE_LABELS: Record<CommitmentKind, string> = {
  purchase_order: 'Procore purchase orders',
  sub_contract: 'Procore sub-contracts',
};

function toggle({ kind, company }: MissingCommitment): Check {
  const label = `"${TOGGLE_LABELS[kind]}"`;
  if (isSynced(kind, company)) return fine(`${label} is switched on for ${company.name}.`);
  if (kind === 'purchase_order' && company.purchaseOrderMaster === 'lentune')
    return cause(
      `Lentune is the master of purchase orders for ${company.name}, so those of Procore do not come in.`,
      `Choose ${label} under Settings > Integration.`,
    );
  return cause(`${label} is switched off for ${company.name}.`, 'Switch it on under Settings > Integration.');
}

function project({ project: { code, isMonitored, notMonitoredReason } }: MissingCommitment): Check {
  if (isMonitored) return fine(`Project ${code} is kept current.`);
  return cause(
    `Project ${code} is not kept current.${notMonitoredReason === null ? '' : ` ${notMonitoredReason}`}`,
    'Tick its stage under Project webhook monitoring stages, then fetch the project.',
  );
}

function inProcore({ kind, number, project: { code }, remote }: MissingCommitment): Check | null {
  const name = `${COMMITMENT_WORDS[kind]} ${number}`;
  switch (remote.kind) {
    case 'not-asked':
      return null;
    case 'unreadable':
      return unknown(`Procore could not be asked: ${remote.said}`, 'Try again in a moment.');
    case 'not-shown':
      return cause(
        `Procore shows us no ${name} in project ${code}: it does not exist there, or is private and not shared with our sign-in.`,
        'Check number and project in Procore, or share it with whoever connected Procore.',
      );
    case 'found':
      if (remote.isDeleted) return cause(`The ${name} was deleted in Procore.`, 'Restore it there, or enter it again.');
      return fine(`Procore shows us the ${name}${remote.isPrivate ? ', which is private there' : ''}.`);
  }
}

function status({ kind, remote }: MissingCommitment): Check | null {
  if (remote.kind !== 'found' || remote.isDeleted) return null;
  const greyed = whyGreyed(kind, { status: remote.status, isActive: true });
  if (greyed === null) return fine(`Its status is ${remote.status}.`);
  return cause(`${greyed} Until then it is shown greyed.`, 'Have it approved in Procore.');
}

function vendor({ remote, local }: MissingCommitment): Check | null {
  if (remote.kind !== 'found' || remote.isDeleted) return null;
  if (remote.vendorName === null)
    return cause('It has no vendor in Procore.', 'Enter the vendor of the commitment in Procore.');
  if (local === null) return null;
  if (local.hasVendor) return fine(`Its vendor ${remote.vendorName} is a supplier here.`);
  return cause(
    `Its vendor ${remote.vendorName} is not a supplier in Lentune.`,
    'Fetch the project, and decide the vendor under To resolve if it waits there.',
  );
}

function codes({ local }: MissingCommitment): Check | null {
  if (local === null) return null;
  const { unknownCodes } = local;
  if (unknownCodes.length === 0) return fine('Its cost codes are known here.');
  const named = unknownCodes.slice(0, 5).join(', ');
  const more = unknownCodes.length > 5 ? ` and ${unknownCodes.length - 5} more` : '';
  return cause(
    `${unknownCodes.length === 1 ? 'A cost code' : 'Cost codes'} of its lines (${named}${more}) are not in the project here.`,
    'Fetch the project; with "Fetch cost code linked to cost type only" the codes must be in the budget.',
  );
}

function event({ local, lastEvent, kind }: MissingCommitment): Check | null {
  if (lastEvent?.state === 'failed')
    return cause(`Bringing it in failed: ${lastEvent.outcome ?? 'no reason is known.'}`, 'Press Refresh from Procore.');
  if (lastEvent?.state === 'pending')
    return cause('It is being brought in at this moment.', 'Wait a minute, then look again.');
  if (local?.isActive)
    return fine(`The ${COMMITMENT_WORDS[kind]} is in Lentune. Press Refresh if it is not up to date.`);
  if (lastEvent === null) return cause('Procore has not told us of it yet.', 'Press Refresh from Procore.');
  return cause(
    `What Procore told us of it last had no effect: ${lastEvent.outcome ?? 'no reason is known.'}`,
    'Press Refresh from Procore once the points above are right.',
  );
}

function variations({ variationsLeftOut: count }: MissingCommitment): Check | null {
  if (count === 0) return null;
  return cause(
    `${count} ${count === 1 ? 'variation is' : 'variations are'} not approved and left out by "Only sync approved variation lines".`,
    'Have them approved in Procore, or switch the setting off.',
  );
}
