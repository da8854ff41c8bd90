import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createChildren } from '../../cli/children.ts';
import { buildWebIfStale } from '../../cli/web-build.ts';
import { type Stack, type StackOptions, startStack } from '../environment/stack.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SCREENSHOTS = join(ROOT, 'docs', 'screenshots');
const OUT = join(import.meta.dirname, 'out');
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** One person's window on a product of its own. */
export interface Desk {
  readonly stack: Stack;
  readonly page: Page;
}

/**
 * Starts a product for the tests of a file and opens a window on it, with the screens built from their present source.
 * What the window showed when a test failed is kept in test/browser/out.
 */
export function openDesk(options: StackOptions = {}, prepare?: (desk: Desk) => Promise<void>): Desk {
  let stack: Stack | undefined;
  let browser: Browser | undefined;
  let page: Page | undefined;
  const desk: Desk = {
    get stack() {
      return opened(stack);
    },
    get page() {
      return opened(page);
    },
  };
  beforeAll(async () => {
    if (!existsSync(CHROMIUM)) throw new Error(`No Chromium at ${CHROMIUM}; set CHROMIUM_PATH`);
    await buildWebIfStale(createChildren(), ROOT, () => undefined);
    stack = await startStack(options);
    browser = await launch();
    const context = await browser.newContext({
      baseURL: stack.url,
      viewport: { width: 1280, height: 800 },
      locale: 'en-NZ',
      timezoneId: 'Pacific/Auckland',
    });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await prepare?.(desk);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await page?.screenshot({ path: join(OUT, `${task.name.slice(0, 60)}.png`) });
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  return desk;
}

function opened<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('The desk is not open yet');
  return part;
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
export async function signIn({ page, stack: { env } }: Desk): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(env.BOOTSTRAP_ADMIN_EMAIL ?? '');
  await page.getByLabel('Password', { exact: true }).fill(env.BOOTSTRAP_ADMIN_PASSWORD ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
}

/** Keeps a picture for the documentation; only when asked to with SCREENSHOTS=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.SCREENSHOTS !== '1') return;
  await page.waitForFunction(() => document.querySelector('[aria-label="Close message"]') === null);
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
}
