import { eq } from 'drizzle-orm';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { addMember } from '../../db/queries/members.ts';
import { authOrganization, authUser } from '../../db/schema/index.ts';
import type { Invoice } from '../../schemas/invoices.ts';
import type { Session } from '../../schemas/session.ts';
import { eventually } from '../environment/stack.ts';
import { signInAt } from '../integration/api-world.ts';
import { openDesk, picture, signIn } from './browser.ts';
import { type Coding, enterInvoice, prepareProject } from './records.ts';

let coding: Coding;
const desk = openDesk({}, async (desk) => {
  coding = await prepareProject(desk.stack);
  await desk.stack.api('PATCH', '/api/settings', { selfApproval: false });
  await signIn(desk);
});

/** Adds a person on the screen and gives the password it shows this once. */
async function add(page: Page, name: string, email: string, roles: string[]): Promise<string> {
  await page.getByRole('button', { name: 'New sign-in' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Email').fill(email);
  for (const role of ['Clerk', 'Approver'])
    await form.getByLabel(role, { exact: true }).setChecked(roles.includes(role));
  await form.getByRole('button', { name: 'Add' }).click();
  await form.getByText(`${name} signs in as ${email}.`).waitFor();
  const password = await form.getByLabel('Password', { exact: true }).inputValue();
  await form.getByRole('button', { name: 'Done' }).click();
  await form.waitFor({ state: 'detached' });
  return password;
}

const row = (page: Page, name: string) => page.getByRole('table', { name: 'Sign-ins' }).getByRole('row', { name });

test('an invoice takes two people: the clerk who enters and checks it, and an approver the admin added', async () => {
  const { page, stack } = desk;
  await page.getByRole('navigation').getByRole('link', { name: 'People' }).click();
  await page.getByRole('tab', { name: 'Sign-ins' }).click();
  expect(page.url()).toMatch(/\/people\?tab=sign-ins$/);
  expect(
    await row(page, 'Administrator')
      .getByRole('button', { name: /^(Remove|New password)/ })
      .count(),
  ).toBe(0);
  const clerkPassword = await add(page, 'Kiri Clerk', 'kiri@lentune.test', ['Clerk', 'Approver']);
  const approverPassword = await add(page, 'Api Approver', 'api@lentune.test', ['Approver']);
  await row(page, 'Api Approver').getByText('Never').waitFor();
  await picture(page, 'sign-ins');

  const [clerk, approver] = [
    await signInAt(stack.url, 'kiri@lentune.test', clerkPassword),
    await signInAt(stack.url, 'api@lentune.test', approverPassword),
  ];
  const asClerk = {
    ...stack,
    api: async (method: string, path: string, body?: unknown) => clerk.send(method, path, body),
  };
  const { id } = await enterInvoice(asClerk as typeof stack, coding, { number: 'TWO-1' });
  expect((await approver.post(`/api/invoices/${id}/check`, {})).status).toBe(403);
  expect((await clerk.post(`/api/invoices/${id}/check`, {})).body).toMatchObject({ status: 'checked', problems: [] });
  const own = await clerk.post(`/api/invoices/${id}/approve`, {});
  expect([own.status, own.body.error.message]).toEqual([
    403,
    'You entered this invoice, so somebody else must approve it.',
  ]);
  expect((await clerk.post(`/api/invoices/${id}/send`, {})).status).toBe(409);
  expect((await approver.post(`/api/invoices/${id}/approve`, {})).body).toMatchObject({ approvedBy: 'Api Approver' });
  expect((await approver.post(`/api/invoices/${id}/send`, {})).status).toBe(403);
  expect((await clerk.post(`/api/invoices/${id}/send`, {})).status).toBe(202);
  await eventually(async () => {
    const { body } = await stack.api<Invoice>('GET', `/api/invoices/${id}`);
    return body.integration === 'sent';
  }, 60_000);
});

test('lists are narrowed to one Procore company, from screen to screen and in the address', async () => {
  const { page } = desk;
  const list = (name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await list('Projects');
  await page.getByRole('cell', { name: 'P-1007', exact: true }).waitFor();
  const filter = page.getByLabel('Procore company');
  const [, ...companies] = await filter.getByRole('option').allTextContents();
  const other = companies.find((name) => name !== 'Kauri Construction Ltd') ?? '';
  await filter.selectOption(other);
  await page.getByRole('heading', { name: 'No projects of this company' }).waitFor();
  await list('Invoices');
  await page.getByRole('heading', { name: 'No invoices of this company' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'No invoices of this company' }).waitFor();
  await filter.selectOption('Kauri Construction Ltd');
  await page.getByRole('link', { name: 'TWO-1' }).waitFor();
  await filter.selectOption(other);
  await page.getByRole('button', { name: 'Show all companies' }).click();
  await page.getByRole('link', { name: 'TWO-1' }).waitFor();
  expect(page.url()).not.toContain('company');
});

test('roles change and people go on the screen; who did what keeps their name', async () => {
  const { page, stack } = desk;
  await page.goto('/people?tab=sign-ins');
  await page.getByRole('button', { name: 'Roles: Kiri Clerk' }).click();
  await page.getByRole('dialog').getByLabel('Approver', { exact: true }).uncheck();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => row(page, 'Kiri Clerk').getByRole('cell').nth(2).textContent()).toBe('Clerk');
  await page.getByRole('button', { name: 'Remove: Kiri Clerk' }).click();
  await page.getByRole('button', { name: 'Remove from the account' }).click();
  await row(page, 'Kiri Clerk').waitFor({ state: 'detached' });
  const { body } = await stack.api<{ rows: Invoice[] }>('GET', '/api/invoices');
  await page.goto(`/invoices/${body.rows[0]?.id}`);
  await page.getByText('Kiri Clerk').first().waitFor();
});

test('people change their own password, see only what they may, and go to their other account', async () => {
  const { page, stack } = desk;
  await page.goto('/people?tab=sign-ins');
  await page.getByRole('button', { name: 'New password: Api Approver' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('switch', { name: 'Make a password and show it once' }).uncheck();
  await dialog.getByLabel('Password', { exact: true }).fill('given by the admin');
  await dialog.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('Api Approver signs in with the new password.').waitFor();
  const second = await addAccount();

  const elsewhere = await signInAt(stack.url, 'api@lentune.test', 'given by the admin');
  await page.getByRole('button', { name: /^Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('Email').fill('api@lentune.test');
  await page.getByLabel('Password', { exact: true }).fill('given by the admin');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation').getByRole('link', { name: 'People' }).click();
  await page.getByRole('heading', { name: 'People', exact: true }).waitFor();
  expect(await page.getByRole('tab', { name: 'Sign-ins' }).count()).toBe(0);

  await page.getByRole('button', { name: 'Signed in as Api Approver' }).click();
  await page.getByRole('menuitem', { name: 'Change password' }).click();
  await dialog.getByLabel('Present password').fill('not this one');
  await dialog.getByLabel('New password').fill('chosen by myself');
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The present password is not right.').waitFor();
  await dialog.getByLabel('Present password').fill('given by the admin');
  await dialog.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your password is changed.').waitFor();
  expect((await elsewhere.get('/api/session')).status).toBe(401);

  await page.getByRole('button', { name: 'Signed in as Api Approver' }).click();
  await page.getByRole('menuitem', { name: 'Go to Second Builder' }).click();
  await page.getByTitle('Account').getByText('Second Builder').waitFor();
  const session = (await (await page.request.get('/api/session')).json()) as Session;
  expect([session.account.id, session.roles]).toEqual([second, ['viewer']]);
});

/** Another account, of which the approver is a viewer. */
async function addAccount(): Promise<string> {
  const { db } = desk.stack.deps;
  const id = crypto.randomUUID();
  await db.insert(authOrganization).values({ id, name: 'Second Builder', slug: id });
  const [user] = await db.select().from(authUser).where(eq(authUser.email, 'api@lentune.test'));
  await addMember(db, { account: id, userId: user?.id ?? '', roles: ['viewer'] });
  return id;
}
