import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { createChildren } from '../../cli/children.ts';
import { buildWebIfStale } from '../../cli/web-build.ts';
import type { Stack } from '../environment/stack.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SCREENSHOTS = join(ROOT, 'docs', 'screenshots');
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** A browser with one person's window at the size the screens are made for. */
export interface Desk {
  page: Page;
  close(): Promise<void>;
}

/** Opens a window on a running product, with the screens built from their present source. */
export async function openDesk(stack: Stack): Promise<Desk> {
  if (!existsSync(CHROMIUM)) throw new Error(`No Chromium at ${CHROMIUM}; set CHROMIUM_PATH`);
  await buildWebIfStale(createChildren(), ROOT, () => undefined);
  const browser = await launch();
  const context = await browser.newContext({
    baseURL: stack.url,
    viewport: { width: 1280, height: 800 },
    locale: 'en-NZ',
    timezoneId: 'Pacific/Auckland',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  return { page, close: () => browser.close() };
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** Signs in as the first administrator and waits for the overview. */
export async function signIn(page: Page, { env }: Stack): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(env.BOOTSTRAP_ADMIN_EMAIL ?? '');
  await page.getByLabel('Password').fill(env.BOOTSTRAP_ADMIN_PASSWORD ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** Keeps a picture for the documentation; only when asked to with SCREENSHOTS=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS !== '1') return;
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
}
