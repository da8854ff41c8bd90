import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { CodesPreview, ProjectsPreview } from '../../schemas/previews.ts';
import { Loaded } from '../elements/states.tsx';
import { countOf } from '../format.ts';
import type { SettingsDraft, Stored } from './draft.ts';
import { OrderMasterEffect } from './order-master-effect.tsx';
import { codesPreviewQuery, stagesPreviewQuery } from './queries.ts';
import styles from './settings.module.css';

/** Whether saving brings projects or codes in, or takes them away: then that is shown first. */
export const changesRecords = (draft: SettingsDraft): boolean =>
  draft.settings.linkedCodesOnly !== undefined ||
  Object.values(draft.companies).some(
    ({ monitoredStageIds, purchaseOrderMaster }) =>
      monitoredStageIds !== undefined || purchaseOrderMaster !== undefined,
  );

interface EffectsPreviewProps {
  draft: SettingsDraft;
  stored: Stored;
  onConfirmOrders: (companyId: string, confirmation: string | null) => void;
}

/** What comes and what goes once the changes are saved, before they are. */
export function EffectsPreview({ draft, stored, onConfirmOrders }: EffectsPreviewProps) {
  const { linkedCodesOnly } = draft.settings;
  return (
    <>
      {stored.companies.map((company) => {
        const to = draft.companies[company.id]?.purchaseOrderMaster;
        return to === undefined ? null : (
          <OrderMasterEffect
            key={company.id}
            company={company}
            to={to}
            confirmed={draft.confirmedOrders[company.id] ?? null}
            onConfirm={(confirmation) => onConfirmOrders(company.id, confirmation)}
          />
        );
      })}
      {stored.companies.map((company) => {
        const ids = draft.companies[company.id]?.monitoredStageIds;
        return ids === undefined ? null : (
          <StagesEffect key={company.id} companyId={company.id} name={company.name} monitoredStageIds={ids} />
        );
      })}
      {linkedCodesOnly !== undefined && <CodesEffect linkedCodesOnly={linkedCodesOnly} />}
    </>
  );
}

interface StagesEffectProps {
  companyId: string;
  name: string;
  monitoredStageIds: string[];
}

function StagesEffect({ companyId, name, monitoredStageIds }: StagesEffectProps) {
  const query = useQuery(stagesPreviewQuery(companyId, monitoredStageIds));
  return (
    <section className={styles.effect} aria-label={`Effect on ${name}`}>
      <strong>{name}</strong>
      <Loaded query={query}>{(preview) => <Fates preview={preview} onlyChanges />}</Loaded>
    </section>
  );
}

const LISTED = 20;

/** Projects by what would become of them, in words. */
export function Fates({ preview, onlyChanges = false }: { preview: ProjectsPreview; onlyChanges?: boolean }) {
  const { projects, counts, problem } = preview;
  const shown = projects.filter(({ fate }) => !onlyChanges || ['new', 'link', 'back', 'goes'].includes(fate));
  const comes = counts.new + counts.link + counts.back;
  const facts = [
    `${countOf(comes, 'project')} would come`,
    `${countOf(counts.goes, 'project')} would not be current any more`,
    ...(onlyChanges ? [] : [`${countOf(counts.stays, 'project')} would be updated`, `${counts.skipped} skipped`]),
  ];
  return (
    <>
      {problem !== null && (
        <p className={styles.problem}>
          <IconAlertTriangle size={16} aria-hidden /> {problem}
        </p>
      )}
      <p className={styles.soft}>{facts.join(', ')}.</p>
      <ul className={styles.fates}>
        {shown.slice(0, LISTED).map((project) => (
          <li key={project.procoreId}>
            <strong>{project.name}</strong> <span className={styles.soft}>{project.text}</span>
          </li>
        ))}
        {shown.length > LISTED && <li className={styles.soft}>and {shown.length - LISTED} more</li>}
      </ul>
    </>
  );
}

function CodesEffect({ linkedCodesOnly }: { linkedCodesOnly: boolean }) {
  const query = useQuery(codesPreviewQuery(linkedCodesOnly));
  return (
    <section className={styles.effect} aria-label="Effect on cost codes">
      <strong>Cost codes</strong>
      <Loaded query={query}>{(preview) => <Codes preview={preview} linkedCodesOnly={linkedCodesOnly} />}</Loaded>
    </section>
  );
}

function Codes({ preview, linkedCodesOnly }: { preview: CodesPreview; linkedCodesOnly: boolean }) {
  const changed = preview.projects.filter(({ goes, comes, isKept }) => goes + comes > 0 || isKept);
  return (
    <>
      <p className={styles.soft}>
        {linkedCodesOnly
          ? `${countOf(preview.goes, 'code')} outside the budgets would not be offered on new lines; old lines keep them.`
          : `${countOf(preview.comes, 'code')} would be offered again, and those never fetched come in.`}
      </p>
      <ul className={styles.fates}>
        {changed.slice(0, LISTED).map((project) => (
          <li key={project.id}>
            <strong>{project.code}</strong>{' '}
            <span className={styles.soft}>
              {project.description}:{' '}
              {project.isKept
                ? 'no code is in the budget, so its list stays'
                : linkedCodesOnly
                  ? `${project.goes} go`
                  : `${project.comes} come back`}
            </span>
          </li>
        ))}
        {changed.length > LISTED && <li className={styles.soft}>and {changed.length - LISTED} more projects</li>}
      </ul>
    </>
  );
}
