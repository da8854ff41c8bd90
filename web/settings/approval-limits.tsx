import { Button, TextInput } from '@mantine/core';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member } from '../../schemas/members.ts';
import { ApprovalLimits, type ApprovalLimitsChange } from '../../schemas/purchase-orders.ts';
import { api, queryClient } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Section } from '../elements/screen.tsx';
import { Loaded, LoadingRows } from '../elements/states.tsx';
import { formatMoney, plainNumber } from '../format.ts';
import { membersQuery } from '../members/queries.ts';
import styles from './settings.module.css';

const limitsQuery = queryOptions({
  queryKey: ['approval-limits'],
  queryFn: () => api.get('/api/approval-limits', ApprovalLimits),
});

/** How much is approved in one purchase order, by everybody and by single people; an administrator's to see and change. */
export function ApprovalLimitsSection({ mayChange }: { mayChange: boolean }) {
  const limits = useQuery({ ...limitsQuery, enabled: mayChange });
  const members = useQuery({ ...membersQuery, enabled: mayChange });
  if (!mayChange) return null;
  return (
    <Section
      title="Approving purchase orders"
      hint="The most one approver may approve in one purchase order, excluding GST. Blank is without limit."
    >
      <Loaded query={limits} loading={<LoadingRows rows={2} />}>
        {(now) => (
          <Loaded query={members} loading={<LoadingRows rows={2} />}>
            {({ rows }) => <Limits key={JSON.stringify(now)} now={now} approvers={rows.filter(isApprover)} />}
          </Loaded>
        )}
      </Loaded>
    </Section>
  );
}

const isApprover = ({ roles }: Member) => roles.includes('approver');

/** What stands in a person's field who has no limit although the others have one. */
const UNLIMITED = 'No limit';

function Limits({ now, approvers }: { now: ApprovalLimits; approvers: Member[] }) {
  const ofRole = now.roles.find(({ role }) => role === 'approver')?.amount ?? null;
  const [everybody, setEverybody] = useState(ofRole === null ? '' : formatMoney(ofRole));
  const [own, setOwn] = useState<Record<string, string>>(
    Object.fromEntries(
      now.people.map(({ userId, amount }) => [userId, amount === null ? UNLIMITED : formatMoney(amount)]),
    ),
  );
  const save = useMutation({
    mutationFn: () => api.put('/api/approval-limits', ApprovalLimits, changeOf(everybody, own)),
    onSuccess: (after) => {
      queryClient.setQueryData(limitsQuery.queryKey, after);
      void queryClient.invalidateQueries({ queryKey: ['purchase-orders'] });
      announce('Approval limits saved.');
    },
    onError: announceError,
  });
  return (
    <form
      className={styles.column}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Limit label="All approvers" placeholder={UNLIMITED} value={everybody} onChange={setEverybody} />
      {approvers.map(({ id, name }) => (
        <Limit
          key={id}
          label={name}
          placeholder="As all approvers"
          value={own[id] ?? ''}
          onChange={(value) => setOwn((before) => ({ ...before, [id]: value }))}
        />
      ))}
      <Button type="submit" variant="default" w={160} loading={save.isPending}>
        Save limits
      </Button>
    </form>
  );
}

interface LimitProps {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
}

const Limit = ({ label, placeholder, value, onChange }: LimitProps) => (
  <TextInput
    w={340}
    label={label}
    placeholder={placeholder}
    leftSection="$"
    inputMode="decimal"
    classNames={{ input: 'figures' }}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);

function changeOf(everybody: string, own: Record<string, string>): ApprovalLimitsChange {
  const amount = plainNumber(everybody);
  const people = Object.entries(own).flatMap(([userId, text]) => {
    if (text.trim() === '') return [];
    return [{ userId, amount: text.trim() === UNLIMITED ? null : plainNumber(text) }];
  });
  return { roles: amount === '' ? [] : [{ role: 'approver', amount }], people };
}
