import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Person, TimeSetup } from '../../schemas/people.ts';
import type { Settings } from '../../schemas/settings.ts';
import { connectStack } from '../environment/stack.ts';
import { good, partyOf } from '../integration/time-world.ts';
import { openDesk, picture, signIn } from './browser.ts';

const desk = openDesk({ hasSchedules: true }, async (desk) => {
  await connectStack(desk.stack);
  await signIn(desk);
});

const setup = () => good<TimeSetup>(desk.stack, 'GET', '/api/time-setup');
const person = async (name: string) => {
  const { rows } = await good<{ rows: Person[] }>(desk.stack, 'GET', '/api/people');
  return rows.find((row) => row.name === name);
};

/** Opens a window by its button, without the mouse. */
async function press(page: Page, button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
}

/** Types into the fields in their order, Tab between them; a blank leaves a field as it is. Enter saves. */
async function fill(page: Page, said: string, ...texts: string[]): Promise<void> {
  const { keyboard } = page;
  await expect.poll(() => page.getByLabel('Name').evaluate((input) => input === document.activeElement)).toBe(true);
  for (const [index, text] of texts.entries()) {
    if (index > 0) await keyboard.press('Tab');
    if (text === '') continue;
    if (await page.evaluate(() => document.activeElement instanceof HTMLInputElement))
      await keyboard.press('ControlOrMeta+A');
    await keyboard.type(text);
  }
  if (await page.evaluate(() => document.activeElement?.tagName === 'SELECT')) await keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText(said).last().waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

test('user groups, entry types and access personas are set up by keyboard, and changed', async () => {
  const { page } = desk;
  await page.goto('/people');
  await press(page, 'New user group');
  await fill(page, 'User group saved.', 'Night crew', 'Two', '10', '45');
  await press(page, 'New entry type');
  await fill(page, 'Entry type saved.', 'Ordinary');
  await press(page, 'New entry type');
  await fill(page, 'Entry type saved.', 'Family leave', 'Leave');
  await press(page, 'New access persona');
  await fill(page, 'Access persona saved.', 'Foreman');
  expect(await setup()).toMatchObject({
    groups: [{ name: 'Night crew', approvals: 2, dailyHours: '10.00', breakMinutes: 45, weekStartsOn: 1 }],
    entryTypes: [
      { name: 'Family leave', kind: 'leave' },
      { name: 'Ordinary', kind: 'normal' },
    ],
    personas: [{ name: 'Foreman', isCrewMember: true, isCrewManager: false }],
  });

  await press(page, 'Night crew');
  await page.getByLabel('Week starts on').focus();
  await page.keyboard.type('Sunday');
  await page.getByRole('button', { name: 'Save' }).press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await press(page, 'Family leave');
  await page.getByLabel('Confidential').press('Space');
  await page.getByRole('button', { name: 'Save' }).press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await press(page, 'Foreman');
  await page.getByLabel('Crew manager').press('Space');
  await page.getByLabel('1st approval').press('Space');
  await page.getByRole('button', { name: 'Save' }).press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await setup()).toMatchObject({
    groups: [{ weekStartsOn: 7 }],
    entryTypes: [{ name: 'Family leave', isConfidential: true }, {}],
    personas: [{ isCrewManager: true, approvesFirst: true, approvesSecond: false }],
  });
});

test('crew without email or login is added, and linked to their person in Procore', async () => {
  const { page, stack } = desk;
  await press(page, 'New person');
  await fill(page, 'Person saved.', 'Wiremu Parata');
  expect(await person('Wiremu Parata')).toMatchObject({ email: null, hasLogin: false, parties: [] });
  await page
    .getByRole('row', { name: /Wiremu Parata/ })
    .getByText('No login')
    .waitFor();

  await press(page, 'Procore person of Wiremu Parata');
  const choice = page.getByRole('combobox', { name: 'Person in Kauri Construction Ltd' });
  await page
    .getByText(/Directory as of/)
    .first()
    .waitFor();
  await choice.focus();
  await page.keyboard.type('E-201');
  await page.getByRole('option', { name: /E-201/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('form', { name: 'Kauri Construction Ltd' }).getByRole('button', { name: 'Save' }).press('Enter');
  await page
    .getByRole('row', { name: /Wiremu Parata/ })
    .getByText('Linked')
    .waitFor();
  expect((await person('Wiremu Parata'))?.parties).toMatchObject([{ partyId: String(await partyOf(stack, 'E-201')) }]);
  await picture(page, 'time-setup');
});

test('defaults, the mapping of time types and the approval that counts are chosen in the settings', async () => {
  const { page, stack } = desk;
  await page.goto('/settings?tab=procore');
  const defaults = page.getByRole('region', { name: 'Time sheets of Kauri Construction Ltd' });
  for (const [label, name] of [
    ['Procore default time sheet user group', 'Night crew'],
    ['Procore default time sheet entry type', 'Ordinary'],
    ['Procore default time sheet user access persona', 'Foreman'],
  ] as const) {
    await defaults.getByRole('combobox', { name: label }).click();
    await page.getByRole('option', { name }).click();
  }
  await defaults.getByLabel('Procore company users').check();
  await page.getByLabel('Send time sheet on submission').check();
  await page.getByRole('tab', { name: 'Options' }).click();
  await page.getByLabel('Approval after which a time sheet is sent').selectOption('The first one');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const shown = page.getByRole('dialog');
  await shown.getByText('The first one').waitFor();
  await shown.getByRole('button', { name: 'Save' }).click();
  await expect.poll(async () => (await good<Settings>(stack, 'GET', '/api/settings')).timeSheetApproval).toBe('first');
  // Company users come in with the defaults.
  await expect.poll(async () => (await person('Aroha Ngata'))?.groupName, { timeout: 30_000 }).toBe('Night crew');

  await page.goto('/settings?tab=procore');
  await defaults.getByRole('button', { name: 'Time type mapping' }).click();
  const mapping = page.getByRole('dialog');
  const ordinary = mapping.getByRole('combobox', { name: 'Procore time type for Ordinary' });
  await expect.poll(() => ordinary.getByRole('option', { name: 'Regular Time' }).count(), { timeout: 30_000 }).toBe(1);
  await mapping.getByText('Not mapped: time of this type cannot be sent.').waitFor();
  await ordinary.selectOption('Regular Time');
  await mapping.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Time type mapping saved.').waitFor();
});

test('time sheets are sent by schedule only after a look at what would go first', async () => {
  const { page } = desk;
  await page.goto('/settings?tab=options');
  const company = page.getByRole('group', { name: 'Automatic sending to Kauri Construction Ltd' });
  const sheets = company.getByRole('region', { name: 'Time sheets by schedule' });
  await company.getByRole('textbox', { name: 'Go-live date' }).waitFor();
  await sheets.getByText('Time sheets leave only when somebody sends them.').waitFor();
  await sheets.getByRole('button', { name: 'Turn on' }).press('Enter');
  await page.getByRole('dialog').getByText('Now it would send 0 time sheets.').waitFor();
  await page.keyboard.press('Enter');
  await sheets.getByText('Every 15 minutes.').waitFor();
  await company
    .getByRole('region', { name: 'Invoices by schedule' })
    .getByText('Invoices leave only when somebody sends them.')
    .waitFor();
  await sheets.getByRole('button', { name: 'Turn off' }).press('Enter');
  await sheets.getByRole('button', { name: 'Turn on' }).waitFor();
});
