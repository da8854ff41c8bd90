import { parseSync } from 'oxc-parser';

/** One source file of the product: its path from the root, with forward slashes, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

interface Import {
  specifier: string;
  isTypeOnly: boolean;
  /** `import()`: loaded only when it is reached */
  isLazy: boolean;
  line: number;
}

/** What a room may import: rooms of ours, single files, and (where listed) only these packages. */
interface RoomRule {
  rooms: readonly string[];
  /** rooms or files of which types alone may be imported */
  types?: readonly string[];
  packages?: readonly string[];
  builtins?: boolean;
}

const LONGEST_FILE = 450;

/** Rooms in which nothing is runnable for users, so anything of ours may be imported there. */
const OUTSIDE = ['cli', 'test', 'bench'];

/**
 * The house rules: data walks one way, api to dispatch to workflows to activities to procore, accounting and db,
 * and the pure rooms stay pure.
 */
const RULES: Record<string, RoomRule> = {
  domain: { rooms: [], packages: ['decimal.js', 'temporal-polyfill', 'csv-parse'], builtins: false },
  schemas: { rooms: ['domain'], builtins: false },
  web: { rooms: ['schemas'], builtins: false },
  workflows: {
    rooms: ['domain'],
    types: ['activities'],
    packages: ['@temporalio/workflow', '@temporalio/common', 'decimal.js'],
    builtins: false,
  },
  procore: { rooms: ['domain'] },
  accounting: { rooms: ['domain'], types: ['procore/ports.ts'] },
  db: { rooms: ['domain'], types: ['procore/ports.ts', 'accounting/ports.ts'] },
  activities: { rooms: ['domain', 'procore', 'accounting', 'db', 'platform'], types: ['dispatch', 'schemas'] },
  dispatch: {
    rooms: ['domain', 'procore', 'accounting', 'db', 'workflows', 'platform'],
    types: ['activities', 'schemas'],
  },
  platform: { rooms: ['domain', 'procore', 'accounting', 'db', 'dispatch', 'activities', 'workflows', 'schemas'] },
  api: { rooms: ['domain', 'schemas', 'procore', 'accounting', 'db', 'dispatch', 'workflows', 'platform'] },
  workers: { rooms: ['domain', 'procore', 'accounting', 'db', 'dispatch', 'activities', 'workflows', 'platform'] },
  simulator: { rooms: ['domain'] },
};

/** Every breach of the import rules and of the file length, and every circle of modules, one readable line each. */
export function breaches(files: readonly SourceFile[]): string[] {
  const product = files.filter(({ path }) => !isTest(path));
  return [...product.flatMap((file) => [...tooLong(file), ...importBreaches(file)]), ...circles(product)];
}

const isTest = (path: string) => /\.test\.tsx?$/.test(path) || path.startsWith('test/') || path.startsWith('bench/');

function tooLong({ path, text }: SourceFile): string[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > LONGEST_FILE ? [`${path}: ${lines} lines, more than ${LONGEST_FILE}; split it by noun`] : [];
}

function importBreaches(file: SourceFile): string[] {
  const room = roomOf(file.path);
  const rule = RULES[room];
  return importsOf(file).flatMap((found) => {
    const why = found.specifier.startsWith('.')
      ? ownBreach(file.path, room, rule, found)
      : packageBreach(file.path, room, rule, found);
    return why === null ? [] : [`${file.path}:${found.line}: ${why}`];
  });
}

function circles(files: readonly SourceFile[]): string[] {
  const imported = new Map(files.map((file) => [file.path, neighbours(file)]));
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push(`${[...trail.slice(start), path].join(' imports ')}: a circle; move what they share`);
    if (start >= 0 || done.has(path)) return;
    for (const next of imported.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

/** The simulator's calls and its engine name each other's types: each is nothing without the other. */
const neighbours = (file: SourceFile): string[] =>
  importsOf(file)
    .filter(({ specifier, isLazy }) => specifier.startsWith('.') && !isLazy)
    .filter(({ isTypeOnly }) => !isTypeOnly || roomOf(file.path) !== 'simulator')
    .map(({ specifier }) => resolve(file.path, specifier));

function ownBreach(from: string, room: string, rule: RoomRule | undefined, found: Import): string | null {
  const target = resolve(from, found.specifier);
  const targetRoom = roomOf(target);
  if (!/\.\w+$/.test(target)) return `${found.specifier} is imported without its extension`;
  if (targetRoom === room || OUTSIDE.includes(room)) return null;
  if (OUTSIDE.includes(targetRoom) || targetRoom === 'simulator') {
    return `${targetRoom} is imported, which only cli, test and bench may`;
  }
  if (rule === undefined || rule.rooms.includes(targetRoom)) return null;
  const isListedType = rule.types?.some((entry) => entry === targetRoom || entry === target) === true;
  if (isListedType && found.isTypeOnly) return null;
  if (isListedType) return `${target} may be imported by ${room} for its types only (import type)`;
  const allowed = rule.rooms.length > 0 ? `only ${rule.rooms.join(', ')}` : 'nothing of ours';
  return `${target} is imported, but ${room} may import ${allowed}`;
}

function packageBreach(from: string, room: string, rule: RoomRule | undefined, found: Import): string | null {
  if (rule === undefined || found.isTypeOnly || /(^|\/)vite\.config\.ts$/.test(from)) return null;
  const isBuiltin = found.specifier.startsWith('node:');
  if (isBuiltin)
    return rule.builtins === false ? `${found.specifier} is imported, but ${room} runs without Node` : null;
  const name = packageName(found.specifier);
  if (rule.packages === undefined || rule.packages.includes(name)) return null;
  return `${name} is imported, but ${room} may use only ${rule.packages.join(', ')}`;
}

const roomOf = (path: string) => path.split('/')[0] ?? '';

function packageName(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Static, re-exporting and literal dynamic imports. */
function importsOf({ path, text }: SourceFile): Import[] {
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const at = (offset: number) => text.slice(0, offset).split('\n').length;
  const imports = module.staticImports.map((found) => ({
    specifier: found.moduleRequest.value,
    isTypeOnly: found.entries.length > 0 && found.entries.every((entry) => entry.isType),
    isLazy: false,
    line: at(found.start),
  }));
  const reexports = module.staticExports.flatMap(({ entries, start }) => {
    const [first] = entries;
    if (!first?.moduleRequest) return [];
    const isTypeOnly = entries.every((entry) => entry.isType);
    return [{ specifier: first.moduleRequest.value, isTypeOnly, isLazy: false, line: at(start) }];
  });
  const dynamic = module.dynamicImports.flatMap((found) => {
    const literal = /^(['"`])([^$]*)\1$/.exec(text.slice(found.moduleRequest.start, found.moduleRequest.end));
    return literal?.[2] === undefined
      ? []
      : [{ specifier: literal[2], isTypeOnly: false, isLazy: true, line: at(found.start) }];
  });
  return [...imports, ...reexports, ...dynamic];
}
