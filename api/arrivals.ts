import { companyAddress } from '../db/queries/companies.ts';
import { listLocalProjects } from '../db/queries/projects.ts';
import { byHandProjects } from '../db/queries/projects-by-hand.ts';
import { getSettings } from '../db/queries/settings.ts';
import { type LinkedProject, linkedProjects } from '../db/queries/settings-effects.ts';
import type { Queryable } from '../db/types.ts';
import { chooseProject, type LocalProject } from '../domain/projects.ts';
import type { Deps } from '../platform/deps.ts';
import { refusalOf } from '../platform/errors.ts';
import { ProcoreError } from '../procore/errors.ts';
import { gateOfRow, nameOfRow } from '../procore/project-row.ts';
import type { Project, ProjectRow } from '../procore/projects.ts';
import type { Fate, ProjectsPreview } from '../schemas/previews.ts';

export interface PreviewInput {
  account: string;
  companyId: string;
  /** Procore ids of the stages that count as ticked */
  stages: ReadonlySet<string>;
  /** which projects to look at */
  only: { procoreId: string } | { from: string; until: string } | { inStages: ReadonlySet<string> };
}

type ProjectFate = ProjectsPreview['projects'][number];

const SHOWN = 500;
const ORDER: Fate[] = ['new', 'link', 'back', 'goes', 'skipped', 'stays'];

/** What would become of the company's projects, asked of Procore now; nothing is changed by asking. */
export async function previewProjects(
  { procore }: Pick<Deps, 'procore'>,
  db: Queryable,
  input: PreviewInput,
): Promise<ProjectsPreview> {
  const { account, companyId } = input;
  const linked = await linkedProjects(db, account, companyId);
  const { rows, problem } = await listRows(procore, db, input);
  const byHand = await byHandProjects(
    db,
    account,
    companyId,
    rows.map((row) => row.id),
  );
  const { prefixOnCreate } = await getSettings(db, account);
  const place = { linked, byHand, stages: input.stages, prefixOnCreate, locals: await listLocalProjects(db, account) };
  const projects = rows.map((row) => fateOf(row, place));
  const counts = Object.fromEntries(
    ORDER.map((fate) => [fate, projects.filter((project) => project.fate === fate).length]),
  ) as ProjectsPreview['counts'];
  const sorted = projects.toSorted((a, b) => ORDER.indexOf(a.fate) - ORDER.indexOf(b.fate));
  return { projects: sorted.slice(0, SHOWN), counts, problem };
}

async function listRows(procore: Deps['procore'], db: Queryable, { account, companyId, only }: PreviewInput) {
  const { projects } = procore.company({ ...(await companyAddress(db, account, companyId)), lane: 'person' });
  const rows: (ProjectRow | Project)[] = [];
  try {
    if ('procoreId' in only) return { rows: [await projects.show(only.procoreId)], problem: null };
    const range = 'from' in only ? { updatedFrom: only.from, updatedTo: only.until } : {};
    const isMeant = (row: ProjectRow) => !('inStages' in only) || only.inStages.has(row.project_stage?.id ?? '');
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof projects.page>> = await projects.page({
        byStatus: 'All',
        ...range,
        cursor,
      });
      rows.push(...page.rows.filter(isMeant));
      cursor = page.next;
    } while (cursor !== null);
    return { rows, problem: null };
  } catch (error) {
    if (!(error instanceof ProcoreError)) throw error;
    return { rows, problem: refusalOf(error).message };
  }
}

interface Place {
  linked: LinkedProject[];
  byHand: ReadonlySet<string>;
  stages: ReadonlySet<string>;
  prefixOnCreate: boolean;
  /** grows with every project that would be created, since the next one may wish the same code */
  locals: LocalProject[];
}

function fateOf(row: ProjectRow | Project, place: Place): ProjectFate {
  const gate = gateOfRow(row, place.stages, place.byHand.has(row.id));
  const mine = place.linked.find(({ procoreId }) => procoreId === row.id);
  const as = (fate: Fate, text: string): ProjectFate => ({
    procoreId: row.id,
    number: row.project_number,
    name: nameOfRow(row),
    stageName: row.project_stage?.name ?? null,
    fate,
    text,
  });
  if (gate.kind === 'closed')
    return mine?.isMonitored
      ? as('goes', `${mine.code} is kept, but not current any more. ${gate.reason}`)
      : as('skipped', gate.reason);
  if (mine !== undefined)
    return mine.isMonitored ? as('stays', `${mine.code} stays current.`) : as('back', `${mine.code} is current again.`);
  const choice = chooseProject({ procoreId: row.id, number: row.project_number }, place.locals, place.prefixOnCreate);
  if (choice.kind === 'link') {
    const local = place.locals.find(({ id }) => id === choice.id);
    if (local) local.isLinked = true;
    return as('link', `Will link to the project ${local?.code ?? ''}.`);
  }
  place.locals.push({ id: row.id, code: choice.code, isLinked: true });
  const isHeld = choice.code.toLowerCase() !== row.project_number?.trim().toLowerCase() && row.project_number?.trim();
  const why = isHeld && !place.prefixOnCreate ? `, since ${row.project_number} is a project linked elsewhere` : '';
  return as('new', `New project ${choice.code}${why}.`);
}
