import { Combobox, Loader, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { type Found, type FoundKind, SearchAnswer } from '../../schemas/search.ts';
import { api, sentenceOf } from '../api.ts';
import styles from './frame.module.css';

const GROUPS: Record<FoundKind, string> = {
  invoice: 'Invoices',
  purchase_order: 'Purchase orders',
  subcontract: 'Subcontracts',
  vendor: 'Vendors',
  project: 'Projects',
  cost_code: 'Cost codes',
};

/** Ctrl K: any invoice number, order, vendor, project or cost code, by keyboard from anywhere. */
export function SearchEverything() {
  const open = useOpen();
  const input = useRef<HTMLInputElement>(null);
  const combobox = useCombobox();
  const [typed, setTyped] = useState('');
  const [text] = useDebouncedValue(typed.trim(), 150);
  useHotkeys([['mod+K', () => input.current?.select()]], []);
  const found = useQuery({
    queryKey: ['search', text],
    queryFn: () => api.get('/api/search', SearchAnswer, { text }),
    enabled: text.length > 1,
    placeholderData: keepPreviousData,
  });
  const rows = text.length > 1 ? (found.data?.rows ?? []) : [];
  const isSettled = text === typed.trim() && !found.isFetching && !found.isPlaceholderData;
  // Somebody who types fast presses Enter before the matches are there; the first of them is opened once they are.
  const [isAwaiting, setAwaiting] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first match is what Enter opens, whenever they change
  useEffect(() => {
    if (combobox.dropdownOpened) combobox.selectFirstOption();
  }, [found.data]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when what was awaited is there
  useEffect(() => {
    if (!isAwaiting || !isSettled) return;
    setAwaiting(false);
    if (rows[0]) pick(rows[0].id);
  }, [isAwaiting, isSettled]);
  const pick = (id: string) => {
    const row = rows.find((one) => one.id === id);
    combobox.closeDropdown();
    setTyped('');
    input.current?.blur();
    if (row) open(row);
  };
  return (
    <search>
      <Combobox store={combobox} onOptionSubmit={pick} shadow="md" width={420} position="bottom-start">
        <Combobox.Target withKeyboardNavigation={isSettled}>
          <TextInput
            ref={input}
            w={300}
            role="combobox"
            aria-label="Search"
            placeholder="Search"
            autoComplete="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setAwaiting(false);
              combobox.openDropdown();
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !isSettled) setAwaiting(true);
            }}
            onBlur={() => combobox.closeDropdown()}
            leftSection={<IconSearch size={14} aria-hidden />}
            rightSectionWidth={52}
            rightSection={found.isFetching ? <Loader size={12} /> : <kbd>Ctrl K</kbd>}
          />
        </Combobox.Target>
        <Combobox.Dropdown hidden={text.length < 2}>
          <Combobox.Options mah={420} style={{ overflowY: 'auto' }}>
            {found.error !== null && <Combobox.Empty>{sentenceOf(found.error)}</Combobox.Empty>}
            <Groups rows={rows} />
            {found.isSuccess && rows.length === 0 && <Combobox.Empty>Nothing matches "{text}"</Combobox.Empty>}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
    </search>
  );
}

function Groups({ rows }: { rows: Found[] }) {
  const kinds = [...new Set(rows.map((row) => row.kind))];
  return kinds.map((kind) => (
    <Combobox.Group key={kind} label={GROUPS[kind]}>
      {rows
        .filter((row) => row.kind === kind)
        .map((row) => (
          <Combobox.Option key={row.id} value={row.id}>
            <span className={styles.found}>
              <strong>{row.name}</strong>
              <span className={styles.foundDetail}>{row.detail}</span>
            </span>
          </Combobox.Option>
        ))}
    </Combobox.Group>
  ));
}

/** Opens the page of a record, or its list with nothing else in it. */
function useOpen(): (row: Found) => void {
  const navigate = useNavigate();
  return ({ kind, id, name }) => {
    if (kind === 'invoice') void navigate({ to: '/invoices/$id', params: { id } });
    else if (kind === 'purchase_order') void navigate({ to: '/purchase-orders/$id', params: { id } });
    else if (kind === 'subcontract') void navigate({ to: '/subcontracts/$id', params: { id } });
    else if (kind === 'vendor') void navigate({ to: '/vendors', search: { search: name } });
    else if (kind === 'project') void navigate({ to: '/projects', search: { search: name } });
    else void navigate({ to: '/cost-codes', search: { search: name } });
  };
}
