/** A Procore to connect to: tokens of one are never good at another (contract section 1.1). */
export interface ProcoreHosts {
  apiUrl: string;
  loginUrl: string;
}

/** Procore's own hosts. An on-demand sandbox is a company of its own in production. */
export const PROCORE_HOSTS = {
  production: { apiUrl: 'https://api.procore.com', loginUrl: 'https://login.procore.com' },
  developer_sandbox: { apiUrl: 'https://sandbox.procore.com', loginUrl: 'https://login-sandbox.procore.com' },
  monthly_sandbox: {
    apiUrl: 'https://api-monthly.procore.com',
    loginUrl: 'https://login-sandbox-monthly.procore.com',
  },
} as const satisfies Record<string, ProcoreHosts>;

export type ProcoreEnvironment = keyof typeof PROCORE_HOSTS;

/** Which of Procore's own hosts an address is; null for any other. */
export function environmentOf(apiUrl: string): ProcoreEnvironment | null {
  const names = Object.keys(PROCORE_HOSTS) as ProcoreEnvironment[];
  return names.find((name) => PROCORE_HOSTS[name].apiUrl === apiUrl) ?? null;
}

/**
 * The origin of a host Procore named for a company, if our token may be sent there: the connection's own host, one under
 * the same domain, or one the installation allows. Another of Procore's environments is never one of them: ids of a
 * sandbox must not address production. Anything else is null, and the connection's host is used.
 */
export function acceptedApiUrl(named: string, ownApiUrl: string, allowedHosts: readonly string[]): string | null {
  if (!URL.canParse(named)) return null;
  const url = new URL(named);
  const own = new URL(ownApiUrl);
  if (url.origin === own.origin) return own.origin;
  if (environmentOf(url.origin) !== null) return null;
  if (url.protocol !== 'https:' && url.protocol !== own.protocol) return null;
  const domain = domainOf(own.hostname);
  const isUnderDomain = domain !== null && (url.hostname === domain || url.hostname.endsWith(`.${domain}`));
  return isUnderDomain || allowedHosts.includes(url.host) ? url.origin : null;
}

/** `api.procore.com` stands under `procore.com`; a bare name or a number stands under nothing. */
function domainOf(hostname: string): string | null {
  const labels = hostname.split('.');
  if (labels.length < 3 || /^[\d.]+$|:/.test(hostname)) return null;
  return labels.slice(-2).join('.');
}
