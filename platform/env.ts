import { z } from 'zod';

const key = /^([a-z0-9-]+):([A-Za-z0-9+/]{43}=)$/;

/** One encryption key: an id that is stored beside each ciphertext, and 32 bytes. */
export interface EncryptionKey {
  id: string;
  bytes: Buffer;
}

const encryptionKeys = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (parts) => parts.every((part) => key.test(part)),
    'must be id:base64 of 32 bytes, several separated by commas, newest first',
  )
  .transform((parts): EncryptionKey[] =>
    parts.map((part) => {
      const [, id = '', base64 = ''] = key.exec(part) ?? [];
      return { id, bytes: Buffer.from(base64, 'base64') };
    }),
  );

const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const hosts = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((host) => host.trim())
      .filter(Boolean),
  );

const Env = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }),
  TEMPORAL_ADDRESS: z.string().min(1),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  /** where people open runs; links are left out when unset */
  TEMPORAL_UI_URL: optional(z.url()),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** how browsers and Procore reach this installation, without a trailing slash */
  PUBLIC_URL: z.url().transform((url) => url.replace(/\/$/, '')),
  PROCORE_API_URL: z
    .url()
    .transform((url) => url.replace(/\/$/, ''))
    .default('https://api.procore.com'),
  PROCORE_LOGIN_URL: z
    .url()
    .transform((url) => url.replace(/\/$/, ''))
    .default('https://login.procore.com'),
  /** hosts Procore may send a company's calls to beside those under its own domain, separated by commas */
  PROCORE_ALLOWED_HOSTS: hosts,
  /** `host` or `host:port` of programs that may be told what becomes of documents, separated by commas */
  EVENT_HOOK_HOSTS: hosts,
  PROCORE_CLIENT_ID: z.string().min(1),
  PROCORE_CLIENT_SECRET: z.string().min(1),
  /** where overhead invoices go; an administrator may enter the app's id and secret instead */
  XERO_API_URL: z
    .url()
    .transform((url) => url.replace(/\/$/, ''))
    .default('https://api.xero.com'),
  XERO_LOGIN_URL: z
    .url()
    .transform((url) => url.replace(/\/$/, ''))
    .default('https://login.xero.com'),
  XERO_IDENTITY_URL: z
    .url()
    .transform((url) => url.replace(/\/$/, ''))
    .default('https://identity.xero.com'),
  XERO_CLIENT_ID: z.string().default(''),
  XERO_CLIENT_SECRET: z.string().default(''),
  /** apps made before March 2026 ask for accounting.transactions instead of accounting.invoices */
  XERO_SCOPES: z
    .string()
    .default('offline_access accounting.invoices accounting.contacts accounting.settings.read accounting.attachments'),
  ENCRYPTION_KEYS: encryptionKeys,
  BOOTSTRAP_ADMIN_EMAIL: z.email(),
  BOOTSTRAP_ADMIN_PASSWORD: z.string().min(12, 'must have at least 12 characters'),
  /** machine key of the first account, `lk_...` */
  BOOTSTRAP_API_KEY: optional(z.string().min(20)),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** milliseconds between two looks for the outcome of an unanswered write to Procore */
  SETTLE_DELAY_MS: z.coerce.number().int().min(100).default(15_000),
});

export type Env = z.infer<typeof Env>;

/** Everything wrong with the environment at once; names only, since values may be secrets. */
export class EnvError extends Error {
  override readonly name = 'EnvError';
  constructor(problems: readonly string[]) {
    super(['The environment is not complete:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
  }
}

/**
 * Reads and checks every environment variable the product knows (design: processes and commands).
 *
 * @throws EnvError naming each variable that is missing or wrong, never its value
 */
export function readEnv(source: NodeJS.ProcessEnv): Env {
  const parsed = Env.safeParse(source);
  if (parsed.success) return parsed.data;
  throw new EnvError(
    parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return source[name] === undefined ? `${name} is missing` : `${name} ${issue.message}`;
    }),
  );
}
