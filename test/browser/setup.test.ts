import { expect, test } from 'vitest';
import { openDesk, picture, signIn } from './browser.ts';

const desk = openDesk({}, signIn);

test('the onboarding lead connects Procore; nothing is kept before Save, and the fields are locked until asked for', async () => {
  const { page, stack } = desk;
  await page.goto('/settings');
  await page.getByRole('combobox', { name: 'Invoices interface' }).selectOption('Procore');
  expect(await page.getByLabel('Enable Procore integration').isDisabled()).toBe(true);
  await page.getByText('1 unsaved change').waitFor();
  expect((await stack.api<{ invoicesInterface: unknown }>('GET', '/api/settings')).body.invoicesInterface).toBeNull();

  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByRole('row', { name: 'Invoices interface None Procore' }).waitFor();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Settings saved.').waitFor();

  await page.getByRole('tab', { name: 'Procore' }).click();
  const clientId = page.getByRole('textbox', { name: 'Procore client id' });
  expect(await clientId.isEditable()).toBe(false);
  expect(await page.getByLabel('Procore client secret').isDisabled()).toBe(true);
  await page.getByLabel('Enable Procore setting edit').check();
  expect(await clientId.isEditable()).toBe(true);
  expect(await page.getByRole('textbox', { name: 'Procore callback url' }).inputValue()).toContain(
    '/oauth/procore/callback',
  );
  await page.getByRole('button', { name: 'Discard' }).click();
  expect(await clientId.isEditable()).toBe(false);

  await page.getByRole('button', { name: 'Connect to Procore' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByText('Connected to Procore.').waitFor();
  await page.getByRole('link', { name: 'Procore connected' }).waitFor();
  await page.getByRole('group', { name: 'Kauri Construction Ltd', exact: true }).waitFor();
  await page
    .getByText(/\d+ hooks?, \d+ triggers?/)
    .first()
    .waitFor({ timeout: 30_000 });
  await page.reload();
  await page.getByRole('group', { name: 'Kauri Construction Ltd', exact: true }).waitFor();
  await picture(page, 'settings');
});

test('a fetch by dates shows how far it is, and says why a project was skipped', async () => {
  const { page } = desk;
  await page.getByRole('navigation').getByRole('link', { name: 'Fetch' }).click();
  await page.getByRole('heading', { name: 'Fetch', exact: true }).waitFor();
  await page.getByLabel('Company', { exact: true }).selectOption('Kauri Construction Ltd');
  await page.getByRole('textbox', { name: 'Start date' }).fill('1/4/2025');
  await page.getByRole('textbox', { name: 'End date' }).fill('31 Mar 2026');
  await page.getByRole('button', { name: 'Fetch', exact: true }).click();
  await page.getByRole('heading', { name: /^(Starting|Listing projects|Running): Kauri/ }).waitFor();
  await page.getByRole('heading', { name: 'Done: Kauri Construction Ltd' }).waitFor({ timeout: 90_000 });
  const items = page.getByRole('table', { name: 'Projects of this fetch' });
  await items.getByRole('row', { name: /Ponsonby Library.*Skipped.*Bidding/ }).waitFor();
  await picture(page, 'fetch');

  await page.getByRole('navigation').getByRole('link', { name: 'Projects' }).click();
  await page.getByRole('row', { name: /P-1007 Harbour Apartments/ }).waitFor();
  await page.getByRole('link', { name: 'Cost codes of P-1007' }).click();
  await page.getByLabel('Search cost codes').fill('foundations');
  await page.getByRole('row', { name: /03-310/ }).waitFor();
});

test('tax codes are mapped in their window, unmapped ones first', async () => {
  const { page } = desk;
  await page.goto('/settings?tab=procore');
  await page.getByRole('link', { name: 'Tax mappings of Kauri Construction Ltd' }).click();
  const picker = page.getByRole('dialog').getByRole('combobox').first();
  await page.getByText('Not mapped: lines with this code cannot be sent.').first().waitFor();
  await picker.selectOption({ label: 'GST GST on purchases' });
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('Tax mappings saved.').waitFor();
});
