/** Procore's own screens answer at another host than its sign-in does. */
const APP_HOSTS: Record<string, string> = {
  'login.procore.com': 'https://app.procore.com',
  'login-sandbox.procore.com': 'https://sandbox.procore.com',
};

/** Where people open a direct cost in Procore; null until it exists, and where there are no such screens. */
export function directCostLink(loginUrl: string, projectProcoreId: string, procoreId: string | null): string | null {
  const app = APP_HOSTS[new URL(loginUrl).host];
  if (app === undefined || procoreId === null) return null;
  return `${app}/${projectProcoreId}/project/direct_costs/${procoreId}`;
}
