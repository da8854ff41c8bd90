/** One text for equal content, whatever the order of keys: what a content hash is made of. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

/**
 * Whether so many records vanished at once that it is more likely we lost sight of them than that someone deleted them
 * (design 5.7): more than five, and more than a tenth of the kind.
 */
export const isMassVanish = (known: number, vanished: number): boolean => vanished > 5 && vanished * 10 > known;
