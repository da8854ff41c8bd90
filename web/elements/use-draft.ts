import { useEffect, useRef, useState } from 'react';

interface DraftOptions<Draft> {
  /** as it is stored */
  start: Draft;
  /** of what is stored; another one is news */
  revision: number;
  /** what Save would send, as text, so that two can be compared */
  textOf: (draft: Draft) => string;
  /** what every change goes through */
  complete: (draft: Draft) => Draft;
}

/**
 * A document as it stands on the screen, its newest value also for handlers that run before the next render, and whether
 * it differs from what was saved last. News from elsewhere is taken over only while nothing is typed here.
 */
export function useDraft<Draft>({ start, revision, textOf, complete }: DraftOptions<Draft>) {
  const [draft, setDraft] = useState(start);
  const latest = useRef(draft);
  const saved = useRef({ text: textOf(start), revision });
  const show = (next: Draft) => {
    latest.current = next;
    setDraft(next);
    return next;
  };
  const isDirty = () => textOf(latest.current) !== saved.current.text;
  const settle = (written: Draft, at: number) => {
    saved.current = { text: textOf(written), revision: at };
  };
  const change = (edit: (draft: Draft) => Draft) => show(complete(edit(latest.current)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another revision is news
  useEffect(() => {
    if (revision === saved.current.revision || isDirty()) return;
    show(start);
    settle(start, revision);
  }, [revision]);
  return { draft, change, isDirty, settle };
}
