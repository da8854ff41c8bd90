import { expect, test } from 'vitest';
import { openDesk, signIn } from './browser.ts';

const desk = openDesk({ hasWorker: false });

test('whoever is not signed in is asked to, told what is wrong, and led on to the page asked for', async () => {
  const { page, stack } = desk;
  await page.goto('/vendors');
  await page.getByRole('heading', { name: 'Sign in to Lentune for Procore' }).waitFor();

  await page.getByLabel('Email').fill(stack.env.BOOTSTRAP_ADMIN_EMAIL ?? '');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The email or the password is not right.').waitFor();

  await page.getByLabel('Password', { exact: true }).fill(stack.env.BOOTSTRAP_ADMIN_PASSWORD ?? '');
  await page.getByLabel('Password', { exact: true }).press('Enter');
  await page.getByRole('heading', { name: 'Vendors', exact: true }).waitFor();
});

test('a new installation says what to do first on every screen, and signing out closes it', async () => {
  const { page } = desk;
  await signIn(desk);
  await page.getByText('0 of 5 steps done').waitFor();
  for (const [place, words] of [
    ['Invoices', 'No invoices yet'],
    ['Projects', 'No projects yet'],
    ['Vendors', 'No vendors yet'],
    ['Cost codes', 'No cost codes yet'],
    ['Fetch', 'Procore is not connected yet'],
  ] as const) {
    await page.getByRole('navigation').getByRole('link', { name: place }).click();
    await page.getByRole('heading', { name: words }).waitFor();
  }
  await page.getByRole('button', { name: /^Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: /^Sign in/ }).waitFor();
  await page.goto('/invoices');
  await page.getByRole('heading', { name: /^Sign in/ }).waitFor();
  expect(page.url()).toContain('/sign-in?next=');
});
