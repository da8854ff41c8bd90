import { type Gate, stageGate } from '../domain/projects.ts';
import type { Project, ProjectRow } from './projects.ts';

/** The name people know a listed project by. */
export const nameOfRow = (row: ProjectRow): string => row.display_name || row.name || `Project ${row.id}`;

/** Whether a listed project comes in. A list does not say whether it is a template; the import, which reads the project itself, does. */
export function gateOfRow(row: ProjectRow | Project, monitoredStages: ReadonlySet<string>, isByHand = false): Gate {
  return stageGate(
    {
      procoreId: row.id,
      name: nameOfRow(row),
      number: row.project_number,
      isActive: row.active !== false,
      isTemplate: 'template' in row && row.template === true,
      isDemo: row.is_demo === true,
      stage:
        row.project_stage?.id == null
          ? null
          : { procoreId: row.project_stage.id, name: row.project_stage.name ?? 'unnamed' },
    },
    monitoredStages,
    isByHand,
  );
}
