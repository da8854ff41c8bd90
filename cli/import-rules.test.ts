import { expect, test } from 'vitest';
import { breaches } from './import-rules.ts';
import { wallBreaches } from './workflow-wall.ts';

const breach = (path: string, text: string) => breaches([{ path, text }]);

const allowed: [path: string, text: string][] = [
  ['domain/rounding.ts', "import { Decimal } from './decimal.ts';\nimport type { Decimal as D } from 'decimal.js';"],
  [
    'workflows/drain.ts',
    "import type { DrainActivities } from '../activities/drain.ts';\nimport '../domain/errors.ts';",
  ],
  ['web/main.tsx', "import { Invoice } from '../schemas/invoices.ts';\nimport './main.css';"],
  ['db/queries/tokens.ts', "import type { TokenStore } from '../../procore/ports.ts';"],
  ['cli/start.ts', "import { defaultSettings } from '../simulator/engine/settings.ts';"],
  ['api/invoices.test.ts', "import { startSimulator } from '../simulator/server.ts';"],
];

test.each(allowed)('%s may import what design allows', (path, text) => {
  expect(breach(path, text)).toEqual([]);
});

const forbidden: [path: string, text: string, line: string][] = [
  ['domain/a.ts', "import '../db/b.ts';", 'domain/a.ts:1: db/b.ts is imported, but domain may import nothing of ours'],
  ['domain/a.ts', "import 'node:fs';", 'domain/a.ts:1: node:fs is imported, but domain runs without Node'],
  [
    'domain/a.ts',
    "import 'zod';",
    'domain/a.ts:1: zod is imported, but domain may use only decimal.js, temporal-polyfill, csv-parse',
  ],
  [
    'workflows/a.ts',
    "import { push } from '../activities/push.ts';",
    'workflows/a.ts:1: activities/push.ts may be imported by workflows for its types only (import type)',
  ],
  [
    'workflows/a.ts',
    "\nexport * from '../db/b.ts';",
    'workflows/a.ts:2: db/b.ts is imported, but workflows may import only domain',
  ],
  ['procore/a.ts', "import '../db/b.ts';", 'procore/a.ts:1: db/b.ts is imported, but procore may import only domain'],
  [
    'accounting/a.ts',
    "import '../db/b.ts';",
    'accounting/a.ts:1: db/b.ts is imported, but accounting may import only domain',
  ],
  [
    'db/a.ts',
    "import { lanes } from '../procore/ports.ts';",
    'db/a.ts:1: procore/ports.ts may be imported by db for its types only (import type)',
  ],
  ['web/a.tsx', "import '../domain/b.ts';", 'web/a.tsx:1: domain/b.ts is imported, but web may import only schemas'],
  ['schemas/a.ts', "import '../db/b.ts';", 'schemas/a.ts:1: db/b.ts is imported, but schemas may import only domain'],
  [
    'api/a.ts',
    "const s = await import('../simulator/server.ts');",
    'api/a.ts:1: simulator is imported, which only cli, test and bench may',
  ],
  ['api/a.ts', "import '../cli/b.ts';", 'api/a.ts:1: cli is imported, which only cli, test and bench may'],
  ['db/a.ts', "import './b';", 'db/a.ts:1: ./b is imported without its extension'],
  ['db/a.ts', 'export {};\n'.repeat(451), 'db/a.ts: 451 lines, more than 450; split it by noun'],
];

test.each(forbidden)('%s with %j is refused', (path, text, line) => {
  expect(breach(path, text)).toEqual([line]);
});

test('data walks one way: an activity does not import the API, nor dispatch an activity', () => {
  expect(breach('activities/a.ts', "import '../api/b.ts';")).toHaveLength(1);
  expect(breach('dispatch/a.ts', "import '../activities/b.ts';")).toHaveLength(1);
});

test('modules that import each other are told with their way round, types too; a screen loaded later is no circle', () => {
  const files = [
    { path: 'web/router.tsx', text: "import('./a.tsx');" },
    { path: 'web/a.tsx', text: "import '../web/router.tsx';\nimport type { B } from './b.ts';" },
    { path: 'web/b.ts', text: "import './c.ts';" },
    { path: 'web/c.ts', text: "export * from './a.tsx';" },
    { path: 'simulator/a.ts', text: "import type { B } from './b.ts';" },
    { path: 'simulator/b.ts', text: "import { A } from './a.ts';" },
  ];
  expect(breaches(files)).toEqual([
    'web/a.tsx imports web/b.ts imports web/c.ts imports web/a.tsx: a circle; move what they share',
  ]);
});

test('the workflow bundle holds workflows, domain, Temporal and decimal.js alone', () => {
  const good = ['/r/workflows/index.ts', '/r/domain/codes.ts', '/r/node_modules/@temporalio/workflow/lib/a.js'];
  expect(wallBreaches([...good, '/r/node_modules/decimal.js/decimal.mjs'], '/r')).toEqual([]);
  expect(wallBreaches(['/r/db/pool.ts', '/r/node_modules/zod/index.js', 'node:fs'], '/r')).toEqual([
    'workflow bundle: holds db/pool.ts, which is neither workflows nor domain',
    'workflow bundle: holds the package zod',
    'workflow bundle: holds the Node builtin node:fs',
  ]);
});
