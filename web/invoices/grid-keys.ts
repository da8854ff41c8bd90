import type { KeyboardEvent } from 'react';

/** A cell of a grid of lines: `line-2-code` is the code of line 2. */
interface Place<Field extends string> {
  line: number;
  field: Field;
}

/** Where a key leads from the cell it was pressed in; null when it belongs to the cell itself, or to none of the grid. */
export function moveOf<Field extends string>(event: KeyboardEvent, fields: readonly Field[]): Place<Field> | null {
  const place = placeOf<Field>(event.target as HTMLElement);
  if (place === null || event.ctrlKey || event.metaKey || event.altKey) return null;
  const { line, field } = place;
  const input = event.target as HTMLInputElement;
  const column = fields.indexOf(field);
  const { selectionStart: from, selectionEnd: to, value } = input;
  const isWhole = from === 0 && to === value.length;
  const aside = (step: number): Place<Field> | null => {
    const next = fields[column + step];
    return next === undefined ? null : { line, field: next };
  };
  switch (event.key) {
    case 'Enter':
      return { line: line + (event.shiftKey ? -1 : 1), field };
    case 'ArrowDown':
      return { line: line + 1, field };
    case 'ArrowUp':
      return { line: Math.max(1, line - 1), field };
    case 'ArrowLeft':
      return isWhole || to === 0 ? aside(-1) : null;
    case 'ArrowRight':
      return isWhole || from === value.length ? aside(1) : null;
    default:
      return null;
  }
}

function placeOf<Field extends string>(target: HTMLElement): Place<Field> | null {
  const [, line, field] = /^line-(\d+)-(\w+)$/.exec(target.dataset.field ?? '') ?? [];
  return line === undefined ? null : { line: Number(line), field: field as Field };
}
