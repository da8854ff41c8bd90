import { Button, MultiSelect, NativeSelect, TextInput } from '@mantine/core';
import { IconCloudDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Company } from '../../schemas/connection.ts';
import { type Fetch, FetchRequest } from '../../schemas/fetches.ts';
import { ApiError } from '../api.ts';
import { announceError } from '../elements/announce.tsx';
import { DayField } from '../elements/day-field.tsx';
import { today } from '../format.ts';
import { Fates } from '../settings/effects-preview.tsx';
import styles from './fetch.module.css';
import { previewFetch, startFetch } from './queries.ts';

interface FetchFormProps {
  companies: Company[];
  onStarted: (fetch: Fetch) => void;
}

/** Projects by the days they were modified in Procore, or one by its id. */
export function FetchForm({ companies, onStarted }: FetchFormProps) {
  const [companyId, setCompanyId] = useState(companies[0]?.id ?? '');
  const [startDate, setStartDate] = useState<string | null>(null);
  const [endDate, setEndDate] = useState<string | null>(today());
  const [projectId, setProjectId] = useState('');
  const [stageIds, setStageIds] = useState<string[]>([]);
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const byId = projectId.trim() !== '';
  const ticked = (companies.find(({ id }) => id === companyId)?.stages ?? []).filter((stage) => stage.isMonitored);
  const start = useMutation({
    mutationFn: (request: FetchRequest) => startFetch(request),
    onSuccess: onStarted,
    onError: (error) => {
      if (error instanceof ApiError && error.fields.length > 0) {
        setMistakes(Object.fromEntries(error.fields.map((field) => [field.path, field.message])));
      } else announceError(error);
    },
  });
  const preview = useMutation({ mutationFn: previewFetch, onError: announceError });
  const submit = (run: (request: FetchRequest) => void) => {
    const wanted = byId
      ? { companyId, projectId: projectId.trim() }
      : {
          companyId,
          startDate: startDate ?? undefined,
          endDate: endDate ?? undefined,
          stageIds: stageIds.length > 0 ? stageIds : undefined,
        };
    const request = FetchRequest.safeParse(wanted);
    setMistakes(
      Object.fromEntries((request.error?.issues ?? []).map((issue) => [issue.path.join('.'), issue.message])),
    );
    if (request.success) run(request.data);
  };
  return (
    <>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit(start.mutate);
        }}
      >
        {companies.length > 1 && (
          <NativeSelect
            label="Company"
            value={companyId}
            data={companies.map((company) => ({ value: company.id, label: company.name }))}
            onChange={(event) => {
              setCompanyId(event.currentTarget.value);
              setStageIds([]);
            }}
          />
        )}
        <DayField
          label="Start date"
          value={startDate}
          isDisabled={byId}
          error={byId ? undefined : mistakes.startDate}
          onChange={setStartDate}
        />
        <DayField
          label="End date"
          value={endDate}
          isDisabled={byId}
          error={byId ? undefined : mistakes.endDate}
          onChange={setEndDate}
        />
        <MultiSelect
          label="Stages"
          placeholder={stageIds.length === 0 ? 'All that are ticked' : undefined}
          disabled={byId}
          data={ticked.map((stage) => ({ value: stage.id, label: stage.name }))}
          value={stageIds}
          error={byId ? undefined : mistakes.stageIds}
          onChange={setStageIds}
          clearable
        />
        <TextInput
          label="Procore project id"
          placeholder="Instead of dates"
          inputMode="numeric"
          autoComplete="off"
          value={projectId}
          error={mistakes.projectId}
          onChange={(event) => setProjectId(event.currentTarget.value)}
        />
        <Button
          variant="default"
          className={styles.submit!}
          loading={preview.isPending}
          onClick={() => submit(preview.mutate)}
        >
          Preview
        </Button>
        <Button
          type="submit"
          className={styles.submit!}
          leftSection={<IconCloudDownload size={14} aria-hidden />}
          loading={start.isPending}
        >
          Fetch
        </Button>
      </form>
      {preview.data !== undefined && (
        <section aria-label="What would come">
          <Fates preview={preview.data} />
        </section>
      )}
    </>
  );
}
