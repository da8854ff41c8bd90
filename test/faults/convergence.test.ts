import { afterAll, expect, test } from 'vitest';
import { runSeed, type Verdict } from './convergence-world.ts';

const ROTATING = Math.floor(Date.now() / 86_400_000) * 100 + (process.pid % 100);
const FIXED = process.env.SOAK ? Array.from({ length: 50 }, (_, n) => n + 1) : [1, 2, 3, 4, 5, ROTATING];
const SEEDS = process.env.SEED ? [Number(process.env.SEED)] : FIXED;

const verdicts: Verdict[] = [];
afterAll(() => {
  for (const { seed, edits, lostEvents, before, missed } of verdicts)
    console.log(
      `seed ${seed}: ${edits} edits, ${lostEvents} events lost, ${before} differences before, ${missed} changes found by comparing`,
    );
});

/**
 * People edit in Procore while webhooks are lost, doubled and out of order, calls fail, lists come back empty and projects
 * vanish from our sight; then one comparison. Run one seed again with SEED=<n>.
 */
test.each(SEEDS)(
  'seed %i: after one comparison both sides agree exactly',
  async (seed) => {
    const verdict = await runSeed(seed);
    verdicts.push(verdict);
    expect(verdict.differences).toEqual([]);
  },
  240_000,
);

test.runIf(SEEDS.length > 1)('before comparing something did differ, so the seeds prove something', () => {
  expect(verdicts.reduce((sum, { before }) => sum + before, 0)).toBeGreaterThan(0);
});
