import { Company, Connection } from '../../schemas/connection.ts';
import { Settings, type SettingsChange } from '../../schemas/settings.ts';
import { api, queryClient } from '../api.ts';
import { plainNumber } from '../format.ts';
import type { SettingsDraft } from './draft.ts';

/** Saves all that changed. The connection may be written only while its edit is on, so the order follows that switch. */
export async function saveSettings({ settings, connection, companies, confirmedOrders }: SettingsDraft): Promise<void> {
  const { procoreSettingEdit, ...rest } = settings;
  try {
    if (procoreSettingEdit === true) await patchSettings({ procoreSettingEdit });
    if (Object.keys(connection).length > 0) await api.patch('/api/connection', Connection, connection);
    if (procoreSettingEdit === false) await patchSettings({ procoreSettingEdit });
    await patchSettings(withPlainMoney(rest));
    for (const [id, change] of Object.entries(companies)) {
      const confirmed = confirmedOrders[id];
      await api.patch(`/api/companies/${id}`, Company, {
        ...change,
        ...(confirmed !== undefined && { confirmedOrders: confirmed }),
      });
    }
  } finally {
    await Promise.all(
      [['settings'], ['connection'], ['companies'], ['overview']].map((queryKey) =>
        queryClient.invalidateQueries({ queryKey }),
      ),
    );
  }
}

async function patchSettings(change: SettingsChange): Promise<void> {
  if (Object.keys(change).length > 0) await api.patch('/api/settings', Settings, change);
}

/** An emptied tolerance is none. */
function withPlainMoney(change: SettingsChange): SettingsChange {
  const { roundingTolerance, taxTolerance, ...rest } = change;
  return {
    ...rest,
    ...(roundingTolerance !== undefined && { roundingTolerance: plainNumber(roundingTolerance) || '0' }),
    ...(taxTolerance !== undefined && { taxTolerance: plainNumber(taxTolerance) || '0' }),
  };
}
