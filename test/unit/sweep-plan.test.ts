import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planSweeps, type SweepFacts } from '../../domain/sweep-plan.ts';

const facts = (wish: Partial<SweepFacts> = {}): SweepFacts => ({
  hourlyLimit: 3600,
  companies: 1,
  projects: 100,
  callsPerProject: 5,
  callsPerLook: 4,
  callsForLists: 10,
  changesEveryMinutes: 15,
  sweepEveryHours: 24,
  ...wish,
});

test('a usual allowance takes the settings as they are', () => {
  const plan = planSweeps(facts());
  expect(plan).toMatchObject({ changesEveryMinutes: 15, sweepEveryHours: 24, callsPerHour: 900, isStretched: false });
  expect(plan.sweepMinutes).toBe(Math.ceil((60 * 510) / 884));
});

test('a small allowance stretches the looks and spreads the projects', () => {
  const plan = planSweeps(facts({ hourlyLimit: 100, projects: 1000, sweepEveryHours: 24 }));
  expect(plan.changesEveryMinutes).toBe(20);
  expect(plan.projectsPerBatch).toBe(2);
  expect(plan.sweepEveryHours).toBeGreaterThan(24);
  expect(plan.isStretched).toBe(true);
});

test('a look asks as many projects for their commitments as half of its calls take, and never none', () => {
  expect(planSweeps(facts()).projectsPerLook).toBe(18);
  expect(planSweeps(facts({ changesEveryMinutes: 60 })).projectsPerLook).toBe(75);
  expect(planSweeps(facts({ hourlyLimit: 60 })).projectsPerLook).toBe(1);
});

test('companies of one sign-in share its allowance', () => {
  expect(planSweeps(facts({ companies: 3 })).callsPerHour).toBe(300);
});

test('whatever the company, looks and sweeps together stay within a quarter of the allowance', () => {
  const some = fc.record({
    hourlyLimit: fc.option(fc.integer({ min: 10, max: 100_000 })),
    companies: fc.integer({ min: 1, max: 20 }),
    projects: fc.integer({ min: 0, max: 20_000 }),
    callsPerProject: fc.option(fc.double({ min: 1, max: 60, noNaN: true })),
    callsPerLook: fc.option(fc.double({ min: 1, max: 200, noNaN: true })),
    callsForLists: fc.option(fc.double({ min: 0, max: 500, noNaN: true })),
    changesEveryMinutes: fc.integer({ min: 5, max: 1440 }),
    sweepEveryHours: fc.integer({ min: 1, max: 168 }),
  });
  fc.assert(
    fc.property(some, (one) => {
      const plan = planSweeps(one);
      const looks = (60 / plan.changesEveryMinutes) * Math.max(1, one.callsPerLook ?? 4);
      const sweeps = (60 / plan.batchEveryMinutes) * plan.projectsPerBatch * Math.max(1, one.callsPerProject ?? 5);
      const quarter = (one.hourlyLimit ?? 600) / 4 / one.companies;
      expect(looks + sweeps).toBeLessThanOrEqual(quarter * 1.0001);
      expect(plan.changesEveryMinutes).toBeGreaterThanOrEqual(one.changesEveryMinutes);
      expect(plan.sweepEveryHours * 60).toBeGreaterThanOrEqual(plan.sweepMinutes);
    }),
  );
});
