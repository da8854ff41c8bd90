import { useMutation } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import type { z } from 'zod';
import { ProjectCostCode, type ProjectCostCodeCreate } from '../../schemas/records.ts';
import { api } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { searchCodes } from '../elements/record-options.ts';
import { Typeahead } from '../elements/typeahead.tsx';
import { hasRole } from '../session.ts';
import type { Pick } from './draft.ts';

interface CodePickerProps {
  label: string;
  field: string;
  isCell?: boolean;
  placeholder?: string | undefined;
  project: Pick | null;
  value: Pick | null;
  isReadOnly: boolean;
  /** the code, with its cost type where it leaves no choice */
  onPick: (code: Pick | null, costType: Pick | null) => void;
}

/** A cost code of a project, by code or by words, with its sub job; or a new one, entered here. */
export function CodePicker({ project, onPick, ...field }: CodePickerProps) {
  const { session } = useRouteContext({ from: '/frame' });
  const create = useMutation({
    mutationFn: (code: z.infer<typeof ProjectCostCodeCreate>) =>
      api.post('/api/project-cost-codes', ProjectCostCode, code),
    onSuccess: (code) => {
      onPick({ id: code.id, text: `${code.code} ${code.description}` }, null);
      announce(`Cost code ${code.code} added to the project in Lentune.`);
    },
    onError: announceError,
  });
  const mayCreate = project !== null && hasRole(session, 'clerk', 'admin');
  return (
    <Typeahead
      {...field}
      optionsKey={['cost-codes', 'options', project?.id]}
      load={(search) => searchCodes(project?.id ?? '', search)}
      waitsFor={project === null ? 'Choose the project first.' : undefined}
      onPick={(option) => onPick(option, option === null ? null : obviousType(option.code))}
      create={
        mayCreate
          ? {
              label: (text) => `Add "${text}" to this project in Lentune only`,
              run: (text) => create.mutate({ projectId: project.id, ...codeAndWords(text) }),
            }
          : undefined
      }
    />
  );
}

/** The default type of a code, or its only one. */
function obviousType(code: z.infer<typeof ProjectCostCode>): Pick | null {
  const only = code.costTypes.length === 1 ? code.costTypes[0] : undefined;
  const type = code.costTypes.find((one) => one.isDefault) ?? only;
  return type === undefined ? null : { id: type.id, text: `${type.code} ${type.description}` };
}

function codeAndWords(text: string): { code: string; description: string } {
  const [code = text, ...words] = text.split(/\s+/);
  return { code, description: words.join(' ') || code };
}
