import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { announce, announceError } from '../elements/announce.tsx';
import { listCostTypes, matching, searchCodes } from '../elements/record-options.ts';
import { type Option, Typeahead } from '../elements/typeahead.tsx';
import { hasRole } from '../session.ts';
import type { Pick } from './draft.ts';
import { allocate } from './queries.ts';

interface CostTypePickerProps {
  label: string;
  field: string;
  isCell?: boolean;
  placeholder?: string | undefined;
  project: Pick | null;
  code: Pick | null;
  value: Pick | null;
  isReadOnly: boolean;
  onPick: (costType: Pick | null) => void;
}

type TypeOption = Option & { isAllocated: boolean };

/**
 * A cost type of a code. Types the code already has say who verified the pair; any other one is allocated to the
 * code and verified by choosing it.
 */
export function CostTypePicker({ project, code, onPick, ...field }: CostTypePickerProps) {
  const { session } = useRouteContext({ from: '/frame' });
  const mayAllocate = hasRole(session, 'clerk', 'admin');
  const own = useQuery({
    queryKey: ['cost-codes', 'types-of', code?.id],
    queryFn: () => typesOf(project, code),
    enabled: project !== null && code !== null,
  });
  const isUntyped = code !== null && own.data?.length === 0;
  const verify = useMutation({
    mutationFn: (option: Option) => allocate(code?.id ?? '', option.id, isUntyped),
    onSuccess: (changed, option) => {
      onPick(option);
      announce(`${option.text} allocated to ${changed.code} and verified.`);
    },
    onError: announceError,
  });

  const load = async (search: string): Promise<TypeOption[]> => {
    const allocated = (await typesOf(project, code)).map((option) => ({ ...option, isAllocated: true }));
    const ids = new Set(allocated.map((option) => option.id));
    const others = (await listCostTypes())
      .filter((type) => type.isActive && !ids.has(type.id) && mayAllocate)
      .map((type) => ({
        id: type.id,
        text: `${type.code} ${type.description}`,
        group: 'Allocate & verify',
        isAllocated: false,
      }));
    return matching([...allocated, ...others], search);
  };
  return (
    <Typeahead
      {...field}
      isWarning={isUntyped && field.value === null}
      placeholder={isUntyped && field.value === null ? 'Allocate a type' : field.placeholder}
      optionsKey={['cost-codes', 'type-options', code?.id]}
      load={load}
      waitsFor={code === null ? 'Choose the cost code first.' : undefined}
      onPick={(option) => {
        if (option === null || option.isAllocated) onPick(option);
        else verify.mutate(option);
      }}
    />
  );
}

/** The types a code has, with who verified each pair. */
async function typesOf(project: Pick | null, code: Pick | null): Promise<Option[]> {
  if (project === null || code === null) return [];
  const [number = ''] = code.text.split(' ');
  const found = (await searchCodes(project.id, number, 100)).find((option) => option.id === code.id);
  return (found?.code.costTypes ?? []).map((type) => ({
    id: type.id,
    text: `${type.code} ${type.description}`,
    hint: type.verified,
    group: 'Of this cost code',
  }));
}
