/** How a full cost code is made in Procore: a child under an existing parent, or under one that is made first. */
export interface NewCodeSteps {
  /** the parent's full code; null for a root */
  parent: string | null;
  /** the parent must be created first */
  isParentMissing: boolean;
  /** the child's own segment */
  segment: string;
}

const DELIMITER = '-';

/**
 * Splits a full code as Procore wants it created: the child segment alone, under its parent (domain.md 2.2).
 * The longest existing prefix is the parent; without one the first segment is its division.
 *
 * @param existing full codes of the project
 */
export function splitNewCode(fullCode: string, existing: readonly string[]): NewCodeSteps {
  const known = new Set(existing);
  const segments = fullCode.split(DELIMITER);
  for (let length = segments.length - 1; length > 0; length -= 1) {
    const prefix = segments.slice(0, length).join(DELIMITER);
    if (known.has(prefix))
      return { parent: prefix, isParentMissing: false, segment: segments.slice(length).join(DELIMITER) };
  }
  const [division, ...rest] = segments;
  if (division === undefined || rest.length === 0) return { parent: null, isParentMissing: false, segment: fullCode };
  return { parent: division, isParentMissing: true, segment: rest.join(DELIMITER) };
}
