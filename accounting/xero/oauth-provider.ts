/**
 * How Xero's sign-in differs from Procore's, for the shared module in procore/oauth.ts. Consent is asked for at
 * login.xero.com, tokens at identity.xero.com; the client signs in with a Basic header.
 */
export const XERO_OAUTH = {
  authorizePath: '/identity/connect/authorize',
  tokenPath: '/connect/token',
  revokePath: '/connect/revocation',
  clientAuth: 'basic',
} as const;
