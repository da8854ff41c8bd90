import { condition, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { PushInvoiceActivities } from '../activities/push-invoice.ts';
import type { TaxTestRef, TestProjectTaxActivities } from '../activities/test-project-tax.ts';
import { ring } from './drain.ts';
import { codeOf, messageOf } from './outcome.ts';

const options = {
  startToCloseTimeout: '60 seconds',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '5 minutes' },
} as const;
const { prepareTaxTest, dropTaxDraft, recordTaxTest } = proxyActivities<TestProjectTaxActivities>(options);
const { convergePart } = proxyActivities<Pick<PushInvoiceActivities, 'convergePart'>>(options);

/**
 * Finds out whether direct costs of a project keep tax codes: makes a draft with one taxed line, looks at what Procore
 * made of it, and deletes it again. Journaled and stamped like every write, so that nothing is left behind or doubled.
 */
export async function TestProjectTax(test: TaxTestRef): Promise<void> {
  let rings = 0;
  setHandler(ring, () => void rings++);

  /** Without a sign-in the test waits; reconnecting rings it. */
  async function connected<T>(step: () => Promise<T>): Promise<T> {
    for (;;) {
      const heard = rings;
      try {
        return await step();
      } catch (error) {
        if (codeOf(error) !== 'AUTH_EXPIRED') throw error;
        setCurrentDetails('waiting for somebody to reconnect Procore');
        await condition(() => rings > heard, '1 day');
      }
    }
  }

  /** What a person must know, unless it is what the test is there to find out. */
  async function attempt(steps: () => Promise<void>): Promise<string | null> {
    try {
      await steps();
      return null;
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      return code === 'TAX_OFF' ? null : messageOf(error);
    }
  }

  let partId: string | null = null;
  const problem = await attempt(async () => {
    const planned = await connected(() => prepareTaxTest(test));
    if (planned === null) return;
    partId = planned.partId;
    await converge(planned.partId);
  });
  let left: string | null = null;
  if (partId !== null) {
    const made: string = partId;
    await dropTaxDraft(test);
    left = await attempt(() => converge(made));
  }
  await recordTaxTest({ ...test, problem: left === null ? problem : `A draft is left in Procore: ${left}` });

  async function converge(id: string): Promise<void> {
    while (!(await connected(() => convergePart({ account: test.account, partId: id }))).done);
  }
}
