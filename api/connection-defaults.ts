import type { ConnectionDefaults } from '../db/queries/connections.ts';
import type { Env } from '../platform/env.ts';

/** The Procore this installation is pointed at. */
export const connectionDefaults = (env: Env): ConnectionDefaults => ({
  apiUrl: env.PROCORE_API_URL,
  loginUrl: env.PROCORE_LOGIN_URL,
  clientId: env.PROCORE_CLIENT_ID,
  clientSecret: env.PROCORE_CLIENT_SECRET,
});

/** What the app in Procore's developer portal must name as its redirect address, to the letter. */
export const callbackUrl = (env: Pick<Env, 'PUBLIC_URL'>): string => `${env.PUBLIC_URL}/oauth/procore/callback`;
