import { difference, writeAudit } from '../../db/queries/audit.ts';
import { rereadChangeOrders } from '../../db/queries/commitments.ts';
import { requestConnectAll } from '../../db/queries/companies.ts';
import { changeSettings, getSettings } from '../../db/queries/settings.ts';
import { applyCodeChange } from '../../db/queries/settings-effects.ts';
import { previewCodes } from '../../db/queries/settings-preview.ts';
import { CodesPreview, CodesPreviewRequest } from '../../schemas/previews.ts';
import { Settings, SettingsChange } from '../../schemas/settings.ts';
import type { RouteContext } from '../context.ts';

export function settingsRoutes({ route }: RouteContext): void {
  route(
    { method: 'get', path: '/api/settings', does: 'The integration settings', may: 'read', answer: Settings },
    ({ db, caller }) => getSettings(db, caller.account),
  );

  route(
    {
      method: 'patch',
      path: '/api/settings',
      does: 'Changes settings; only what is named changes',
      may: 'settings.change',
      body: SettingsChange,
      answer: Settings,
    },
    ({ db, caller, body }) =>
      db.transaction(async (tx) => {
        const { before, after } = await changeSettings(tx, caller.account, body);
        const changed = difference(before, after);
        if (before.linkedCodesOnly !== after.linkedCodesOnly) await applyCodeChange(tx, caller.account);
        if (before.onlyApprovedVariations !== after.onlyApprovedVariations)
          await rereadChangeOrders(tx, caller.account);
        if (sendsTime(before) !== sendsTime(after) || before.invoicesInterface !== after.invoicesInterface)
          await requestConnectAll(tx, caller.account);
        if (Object.keys(changed.after).length > 0) {
          await writeAudit(tx, {
            account: caller.account,
            actor: caller.actor,
            action: 'settings.changed',
            subject: 'Integration settings',
            ...changed,
          });
        }
        return after;
      }),
  );

  route(
    {
      method: 'post',
      path: '/api/settings/preview-codes',
      does: 'Which cost codes would leave new lines, or come back, with "Fetch cost code linked to cost type only" so',
      may: 'settings.change',
      body: CodesPreviewRequest,
      answer: CodesPreview,
    },
    async ({ db, caller, body }) => {
      const projects = await previewCodes(db, caller.account, body.linkedCodesOnly);
      const sum = (of: 'goes' | 'comes') => projects.reduce((total, project) => total + project[of], 0);
      return { projects, goes: sum('goes'), comes: sum('comes') };
    },
  );
}

/** While it is so, Procore is asked for what happens to time card entries. */
const sendsTime = (settings: Pick<Settings, 'sendTimeSheetOnSubmission' | 'sendTimeSheetAfterApproval'>): boolean =>
  settings.sendTimeSheetOnSubmission || settings.sendTimeSheetAfterApproval;
