import { expect, test } from 'vitest';
import { accessPersona, userGroup } from '../../db/schema/index.ts';
import type { MappingTask } from '../../schemas/mapping-tasks.ts';
import { eventually } from '../environment/stack.ts';
import { openDesk, picture, signIn } from './browser.ts';
import { type Coding, enterInvoice, prepareProject } from './records.ts';

let coding: Coding;
const desk = openDesk({}, async (desk) => {
  coding = await prepareProject(desk.stack);
  await signIn(desk);
});

const open = async () =>
  (await desk.stack.api<{ rows: MappingTask[]; total: number }>('GET', '/api/mapping-tasks')).body;

/** A supplier of ours and a vendor of Procore that may be the same. */
async function lookalike(ours: string, theirs: string): Promise<void> {
  const { stack } = desk;
  await stack.api('POST', '/api/vendors', { description: ours });
  const [company] = (await stack.api<{ procoreId: string; name: string }[]>('GET', '/api/companies')).body;
  await stack.control('POST', '/records/vendors', { company_id: Number(company?.procoreId), name: theirs });
  await eventually(async () => (await open()).rows.some(({ subject }) => subject === theirs), 60_000);
}

test('questions are counted in the rail, answered with a key, taken back, and accepted in bulk', async () => {
  const { page } = desk;
  const before = (await open()).total;
  await lookalike('Rimu Joinery Limited', 'Rimu Joinery Ltd');
  await lookalike('Totara Timber Limited', 'Totara Timber Ltd');
  await page.goto('/');
  await page
    .getByRole('navigation')
    .getByRole('link', { name: `To resolve (${before + 2})` })
    .click();
  const card = page.getByRole('article', { name: 'Rimu Joinery Ltd' });
  await card.getByText('The same name but for "Ltd" and "Limited".').waitFor();
  await picture(page, 'to-resolve');

  await card.focus();
  await page.keyboard.press('1');
  await page.getByText('is linked to Rimu Joinery Ltd.').waitFor();
  await page.getByRole('tab', { name: 'Decided' }).click();
  const decided = page.getByRole('article', { name: 'Rimu Joinery Ltd' });
  await decided.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('"Rimu Joinery Ltd" is open again.').waitFor();

  await page.getByRole('tab', { name: 'Open' }).click();
  await page.getByRole('article', { name: 'Rimu Joinery Ltd' }).waitFor();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Accept 2 suggestions' }).click();
  await page.getByText('2 suggestions accepted.').waitFor();
  expect((await open()).total).toBe(before);
});

test('a user of Procore who could be two people is linked with a key and taken back', async () => {
  const { page, stack } = desk;
  const { db } = stack.deps;
  const [group] = await db.insert(userGroup).values({ account: stack.account, name: 'Site' }).returning();
  const [persona] = await db.insert(accessPersona).values({ account: stack.account, name: 'Crew' }).returning();
  const [company] = (await stack.api<{ id: string; procoreId: string }[]>('GET', '/api/companies')).body;
  for (const name of ['Aroha One', 'Aroha Two'])
    await stack.api('POST', '/api/people', {
      name,
      email: 'aroha@kauri.example.nz',
      employeeId: null,
      userGroupId: group?.id,
      entryTypeId: null,
      personaId: persona?.id,
    });
  await stack.control('POST', '/records/company_users', {
    company_id: Number(company?.procoreId),
    first_name: 'Aroha',
    last_name: 'Tane',
    email_address: 'aroha@kauri.example.nz',
  });
  await stack.api('PATCH', `/api/companies/${company?.id}`, {
    syncUsers: true,
    timeSheetGroupId: group?.id,
    timeSheetPersonaId: persona?.id,
  });
  await eventually(async () => (await open()).rows.some(({ subject }) => subject === 'Aroha Tane'), 60_000);
  await page.goto('/to-resolve');
  const card = page.getByRole('article', { name: 'Aroha Tane' });
  await card.getByText('Who is this?').waitFor();
  await card.getByText('More than one person has this email; nobody was chosen.').waitFor();
  await card.focus();
  await page.keyboard.press('1');
  await page.getByText('is linked to Aroha Tane.').waitFor();
  await page.getByRole('tab', { name: 'Decided' }).click();
  await page.getByRole('article', { name: 'Aroha Tane' }).getByRole('button', { name: 'Undo' }).click();
  await page.getByText('"Aroha Tane" is open again.').waitFor();
});

test('costs are shown by cost type and GL code, and a GL code is given where the types are', async () => {
  const { page } = desk;
  await enterInvoice(desk.stack, coding, { number: 'GL-1' });
  await page.goto('/cost-codes?project=types');
  const [type] = coding.code.costTypes;
  const field = page.getByRole('textbox', { name: `GL code of ${type?.code}` });
  await field.fill('410');
  await field.press('Enter');
  await page.getByText(`${type?.code} has GL code 410.`).waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Projects' }).click();
  await page.getByRole('link', { name: 'Costs by cost type and GL' }).click();
  await page.getByRole('row', { name: /P-1007 Harbour Apartments .* 410 1,000\.00/ }).waitFor();
  await picture(page, 'project-costs');
});

test('a project is tested for GST in the Tax mappings window', async () => {
  const { page } = desk;
  await page.goto('/settings?tab=procore&taxMappings=first');
  await page.getByRole('button', { name: 'Test P-1007' }).click();
  await page.getByText(/Direct costs keep their tax codes here\. \(tested/).waitFor({ timeout: 60_000 });
  await page.getByRole('region', { name: 'GST on projects' }).getByText('GST works').waitFor();
});

test('unticking a stage shows what would go before it is saved', async () => {
  const { page } = desk;
  await page.goto('/settings?tab=procore');
  const stages = page.getByRole('group', { name: 'Stages of Kauri Construction Ltd' });
  await stages.getByRole('checkbox', { name: /^Course of construction/ }).click();
  await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: 'Save' }).click();
  await page.getByText('1 project would not be current any more').waitFor();
  await page.getByText(/P-1007 is kept, but not current any more\./).waitFor();
  await page.getByRole('button', { name: 'Go back' }).click();
});
