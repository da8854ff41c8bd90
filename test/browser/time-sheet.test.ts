import { expect, test } from 'vitest';
import { describeTimeWorld, type TimeWorld } from '../integration/time-world.ts';
import { openDesk, picture, signIn } from './browser.ts';

let world: TimeWorld;
const desk = openDesk({ simulator: { checkContract: true } }, async (desk) => {
  world = await describeTimeWorld(desk.stack);
  await world.settings({ sendTimeSheetOnSubmission: true, sendTimeSheetAfterApproval: true });
  const { stack } = desk;
  const group = world.setup.groups.find((one) => one.name === 'Site')!.id;
  const { id } = await world.person('E-101', group);
  await stack.api('PATCH', `/api/people/${id}`, { name: 'Aroha Ngata' });
  await signIn(desk);
});

test('a week is entered by keyboard, submitted, approved and seen to have arrived', async () => {
  const { page } = desk;
  await page.goto('/time-sheets');
  await page.getByPlaceholder('Enter time for').click();
  await page.getByRole('option', { name: 'Aroha Ngata' }).click();
  await page.getByRole('heading', { name: /Aroha Ngata, week of/ }).waitFor();
  await page.getByRole('button', { name: 'Add a row' }).click();
  await page.getByLabel('Project, row 1').fill('P-1007');
  await page.getByRole('option', { name: /P-1007/ }).click();
  const { code } = world.projects[0]!.codes[0]!;
  await page.getByLabel('Cost code, row 1').fill(code);
  await page
    .getByRole('option', { name: new RegExp(code) })
    .first()
    .click();
  await page.getByLabel('Entry type, row 1').selectOption({ label: 'Normal' });
  const hours = (day: string, row = 1) => page.getByLabel(`Hours, ${day}, row ${row}`);
  await hours('Mon').focus();
  const { keyboard } = page;
  await keyboard.type('7.5');
  await keyboard.press('ArrowRight');
  await expect.poll(() => hours('Tue').evaluate((input) => input === document.activeElement)).toBe(true);
  await keyboard.type('8');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Time saved.').waitFor();
  await expect.poll(() => page.locator('tfoot').innerText()).toContain('15.50');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByText('Submitted', { exact: true }).waitFor();
  await page.locator('td').getByText('Sent').first().waitFor();
  expect((await world.cards()).map((card) => [Number(card.hours), card.approval_status])).toEqual([
    [7.5, 'pending'],
    [8, 'pending'],
  ]);
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Approved', { exact: true }).waitFor();
  await expect
    .poll(async () => (await world.cards()).map((card) => card.approval_status), { timeout: 60_000 })
    .toEqual(['approved', 'approved']);
  await picture(page, 'time-sheet');
});

test('a phone shows one day at a time, with targets a thumb can hit', async () => {
  const { page } = desk;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByText('Mon', { exact: true }).first().click();
  const monday = page.getByLabel('Hours, Mon, row 1');
  await monday.waitFor();
  expect(await page.getByLabel('Hours, Tue, row 1').isVisible()).toBe(false);
  expect((await monday.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  await page.getByText('Tue', { exact: true }).first().click();
  await page.getByLabel('Hours, Tue, row 1').waitFor();
  expect(await monday.isVisible()).toBe(false);
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('a rejection asks for its reason and is read beside the week', async () => {
  const { page } = desk;
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByLabel('Reason').fill('Monday was a holiday');
  await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
  // The story says it, too.
  await page.getByText('Rejected: Monday was a holiday', { exact: true }).first().waitFor();
  await page
    .getByText(/can no longer be changed in Procore/)
    .first()
    .waitFor();
});
