import { Combobox, InputBase, Loader, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import { sentenceOf } from '../api.ts';
import styles from './typeahead.module.css';

export interface Option {
  id: string;
  /** what stands in the field once it is chosen */
  text: string;
  /** second line, or the right edge: sub job, "In the Procore budget" */
  hint?: string | undefined;
  group?: string;
  isDisabled?: boolean;
}

export interface TypeaheadProps<T extends Option> {
  label: string;
  /** a grid cell shows no label of its own */
  isCell?: boolean;
  value: { id: string; text: string } | null;
  /** cache key of the options; the search text is added */
  optionsKey: readonly unknown[];
  load: (search: string) => Promise<T[]>;
  onPick: (option: T | null) => void;
  /** offered below the options for what was typed and not found */
  create?: { label: (text: string) => string; run: (text: string) => void } | undefined;
  /** said instead of options while the field cannot be used yet */
  waitsFor?: string | undefined;
  placeholder?: string | undefined;
  error?: ReactNode;
  isReadOnly?: boolean;
  isWarning?: boolean;
  /** named by problems that jump here */
  field: string;
}

/**
 * Picks one of many by typing its code or words. Typing or Alt+Down opens the list; closed, arrow keys and Enter
 * are left to the grid around it.
 */
export function Typeahead<T extends Option>(props: TypeaheadProps<T>) {
  const { value, onPick, create, waitsFor, isReadOnly = false } = props;
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [typed, setTyped] = useState<string | null>(null);
  // Somebody who types fast presses Enter before the matches are there; the first of them is picked once they are.
  const [isAwaiting, setAwaiting] = useState(false);
  const [search] = useDebouncedValue(typed ?? '', 150);
  const isOpen = combobox.dropdownOpened;
  const options = useQuery({
    queryKey: [...props.optionsKey, search],
    queryFn: () => props.load(search),
    enabled: (isOpen || isAwaiting) && waitsFor === undefined,
    placeholderData: keepPreviousData,
  });
  const found = options.data ?? [];
  const isSettled = search === (typed ?? '') && !options.isFetching && !options.isPlaceholderData;
  // The first match is what Enter picks, also after the list has changed under the search.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the matches change
  useEffect(() => {
    if (isOpen) combobox.selectFirstOption();
  }, [isOpen, options.data]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when what was awaited is there
  useEffect(() => {
    if (!isAwaiting || !isSettled) return;
    const first = found.find((option) => !option.isDisabled);
    if (first !== undefined) onPick(first);
    else if (options.error === null && isOpen) return setAwaiting(false);
    close();
  }, [isAwaiting, isSettled]);

  const close = () => {
    combobox.closeDropdown();
    setTyped(null);
    setAwaiting(false);
  };
  const submit = (id: string) => {
    if (id === CREATE) create?.run((typed ?? '').trim());
    else onPick(found.find((option) => option.id === id) ?? null);
    close();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (isOpen) {
      if (event.key !== 'Tab') event.stopPropagation();
      const isPicking = event.key === 'Enter' || event.key === 'Tab';
      if (!isPicking || typed === null || typed.trim() === '') return;
      if (!isSettled) setAwaiting(true);
      else if (event.key === 'Tab') combobox.clickSelectedOption();
      return;
    }
    if (event.key === 'ArrowDown' && event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      combobox.openDropdown();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (props.isCell) return;
      combobox.openDropdown();
    } else if (event.key === 'Backspace' && typed === null && value !== null && !isReadOnly) {
      event.preventDefault();
      onPick(null);
    }
  };

  return (
    <Combobox
      store={combobox}
      onOptionSubmit={submit}
      position="bottom-start"
      width={props.isCell ? 320 : 'target'}
      shadow="md"
      disabled={isReadOnly}
      withinPortal
    >
      <Combobox.Target
        withKeyboardNavigation={isOpen && (isSettled || typed === null)}
        withAriaAttributes
        withExpandedAttribute
      >
        <InputBase
          size="xs"
          role="combobox"
          aria-label={props.label}
          label={props.isCell ? undefined : props.label}
          variant={props.isCell ? 'unstyled' : 'default'}
          classNames={props.isCell ? { input: styles.cellInput! } : {}}
          data-warning={props.isWarning || undefined}
          data-field={props.field}
          autoComplete="off"
          spellCheck={false}
          readOnly={isReadOnly}
          error={props.error}
          title={props.isCell && value !== null ? value.text : undefined}
          placeholder={props.placeholder ?? (props.isCell ? '' : 'Code or words')}
          value={typed ?? value?.text ?? ''}
          rightSection={isOpen && options.isFetching ? <Loader size={12} /> : null}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setAwaiting(false);
            combobox.openDropdown();
          }}
          onClick={() => combobox.openDropdown()}
          onFocus={(event) => event.currentTarget.select()}
          onBlur={() => {
            if (typed !== null && typed.trim() === '' && value !== null) onPick(null);
            // Tab and blur come in one go: what Tab awaits is not known to this render yet.
            if (isSettled || typed === null || typed.trim() === '') close();
            else combobox.closeDropdown();
          }}
          onKeyDown={onKeyDown}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={280} style={{ overflowY: 'auto' }}>
          {waitsFor !== undefined && <Combobox.Empty>{waitsFor}</Combobox.Empty>}
          {options.error !== null && <Combobox.Empty>{sentenceOf(options.error)}</Combobox.Empty>}
          {waitsFor === undefined && <Groups options={found} />}
          {create !== undefined && (typed ?? '').trim() !== '' && !options.isFetching && (
            <Combobox.Option value={CREATE}>{create.label((typed ?? '').trim())}</Combobox.Option>
          )}
          {waitsFor === undefined && options.isSuccess && found.length === 0 && create === undefined && (
            <Combobox.Empty>Nothing matches{search === '' ? '' : ` "${search}"`}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

const CREATE = '+create';

function Groups({ options }: { options: Option[] }) {
  const names = [...new Set(options.map((option) => option.group))];
  return names.map((name) => {
    const items = options
      .filter((option) => option.group === name)
      .map((option) => (
        <Combobox.Option key={option.id} value={option.id} disabled={option.isDisabled ?? false}>
          <span className={styles.option}>
            <span>{option.text}</span>
            {option.hint !== undefined && <span className={styles.hint}>{option.hint}</span>}
          </span>
        </Combobox.Option>
      ));
    return name === undefined ? (
      items
    ) : (
      <Combobox.Group key={name} label={name}>
        {items}
      </Combobox.Group>
    );
  });
}
