import { GlCodes } from '../../schemas/accounting.ts';
import { api } from '../api.ts';
import { matching } from '../elements/record-options.ts';
import { Typeahead } from '../elements/typeahead.tsx';
import type { Pick } from './draft.ts';

interface GlCodePickerProps {
  label: string;
  field: string;
  isCell?: boolean;
  value: Pick | null;
  isReadOnly: boolean;
  onPick: (glCode: Pick | null) => void;
}

/** Where a line without a project is booked in accounting, by code or by words. */
export function GlCodePicker(props: GlCodePickerProps) {
  return <Typeahead {...props} placeholder="GL code" optionsKey={['gl-codes', 'options']} load={searchGlCodes} />;
}

async function searchGlCodes(search: string) {
  const codes = await api.get('/api/gl-codes', GlCodes);
  return matching(
    codes.map(({ code, name }) => ({ id: code, text: code, hint: name })),
    search,
  );
}
