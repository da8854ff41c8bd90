import type { FlowPage, FlowReader, FlowResult } from './flow.ts';
import { createImportProject, type ImportProjectDeps } from './import-project.ts';
import { isSentRecord, lookAtSent } from './sent-records.ts';

/** The flow of a project: the project with all it holds, and records we sent to it. */
export function createProjectFlow(deps: ImportProjectDeps): FlowReader {
  const importProject = createImportProject(deps);
  return {
    async read(page: FlowPage): Promise<FlowResult> {
      const sent = page.records.filter(isSentRecord);
      const others = page.records.filter((record) => !isSentRecord(record));
      if (sent.length === 0) return importProject.read(page);
      const looked = await lookAtSent(deps, { ...page, records: sent });
      if (others.length === 0) return looked;
      const read = await importProject.read({ ...page, records: others });
      return {
        ...read,
        calls: looked.calls + read.calls,
        apply: async (tx) => [...(await looked.apply(tx)), ...(await read.apply(tx))],
      };
    },
  };
}
