import { expect, test } from 'vitest';
import { openDesk, signIn } from './browser.ts';

const desk = openDesk({ hasWorker: false }, signIn);

test('a key for a program is made, shown once and revoked', async () => {
  const { page, stack } = desk;
  await page.getByRole('navigation').getByRole('link', { name: 'API' }).click();
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Payables');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const key = await page.getByRole('textbox', { name: 'Key' }).inputValue();
  const session = () => fetch(`${stack.url}/api/session`, { headers: { authorization: `Bearer ${key}` } });
  expect((await session()).status).toBe(200);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Revoke Payables' }).click();
  await page.getByRole('button', { name: 'Revoke the key' }).click();
  await page.getByText('The key "Payables" is revoked.').waitFor();
  expect((await session()).status).toBe(401);
});

test('an address that may not be told says who can allow it', async () => {
  const { page } = desk;
  await page.getByRole('button', { name: 'New webhook' }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill('https://lentune.example.nz/events');
  await page.getByRole('button', { name: 'Add the webhook' }).click();
  await page.getByText(/lentune\.example\.nz may not be told\. Whoever runs this installation adds it/).waitFor();
  await page.keyboard.press('Escape');
});

test('what was done is read under Activity, in words', async () => {
  const { page } = desk;
  await page.getByRole('navigation').getByRole('link', { name: 'Activity' }).click();
  await page.getByRole('row', { name: /API key revoked.*Payables/ }).waitFor();
});

test('Ctrl K finds a supplier from anywhere, by keyboard alone', async () => {
  const { page, stack } = desk;
  await stack.api('POST', '/api/vendors', { description: 'Harbour Concrete Ltd' });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('harbour');
  await page.getByRole('option', { name: /Harbour Concrete Ltd/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Vendors', exact: true }).waitFor();
  await page.getByRole('row', { name: /Harbour Concrete Ltd/ }).waitFor();
});
