import { difference, writeAudit } from '../../db/queries/audit.ts';
import { changeSettings, getSettings } from '../../db/queries/settings.ts';
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
}
