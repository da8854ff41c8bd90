const PINO_WARN = 40;
const PINO_ERROR = 50;

/**
 * What a person at the terminal should see of a child's log line, or null for the everyday rest.
 * Our processes log JSON (pino); other programs write plain text.
 */
export function noteworthy(line: string): string | null {
  const entry = asJson(line);
  if (entry === null) return /\b(error|fatal|panic|warning)\b/i.test(line) ? line.trim().slice(0, 300) : null;
  const level = typeof entry.level === 'number' ? entry.level : 0;
  if (level < PINO_WARN) return null;
  const error = entry.err as { message?: unknown } | undefined;
  const text = [entry.msg, error?.message].filter((part, index, all) => part && all.indexOf(part) === index).join(': ');
  return `${level >= PINO_ERROR ? 'error' : 'warning'}: ${text.slice(0, 300)}`;
}

function asJson(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
